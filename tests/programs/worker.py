"""A worker process for the tests: an engine on the tests' database, whose steps return when they are told to.

`worker.py NAME LEASE_S` (the database's name). It prints `called` when a step is called; on its input, `go` lets every
call return, which it answers by `let go` once it holds no run any more, and `stop` ends it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main(name: str, lease_s: float) -> None:
    """Work until told to stop."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = name
    django.setup()
    from runtime.core.node import HttpResponse
    from tests.makers.engine import Engine, Gate, ScriptedDoors, until

    gate = Gate(HttpResponse(200, {}, {"by": "the paused one"}))
    with Engine(ScriptedDoors({"fetch": [gate.answer]}), alone=False, lease_s=lease_s) as engine:
        print("up", flush=True)
        gate.reached.wait()
        print("called", flush=True)
        for line in sys.stdin:
            if line.strip() == "stop":
                break
            gate.opened.set()
            until(lambda: engine.runner.held == ())
            print("let go", flush=True)


main(sys.argv[1], float(sys.argv[2]))
