"""Fills an empty DATA folder for a test that kills servers: a workflow with effects, and a token that may start it.

`seed.py URL` prints the token; the workflow's steps call URL.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def document(url: str) -> dict[str, Any]:
    """Two effects side by side, a join, another effect, and a person for every second case."""
    from tests.makers.engine import drawn, node, outcome, review

    def call(name: str) -> dict[str, Any]:
        config = {"method": "POST", "url": f"{url}/{name}", "body": f"{{'n': input.n, 'step': '{name}'}}"}
        return node(name, "execute.http", config, retry={"attempts": 10, "first_s": 0.05}, timeout_s=5)

    return drawn(
        [
            call("a"),
            call("b"),
            node("both", "execute.transform", {"output": {"n": "input.n"}}),
            node("way", "decide.rule", {"choices": [{"name": "odd", "when": "input.odd"}], "otherwise": "even"}),
            call("c"),
            review("ask"),
            outcome("won"),
            outcome("lost"),
        ],
        "start > a",
        "start > b",
        "a > both",
        "b > both",
        "both > way",
        "way.odd > ask",
        "way.unsure > ask",
        "way.even > c",
        "ask.approve > c",
        "ask.reject > lost",
        "c > won",
        schema={"type": "object", "properties": {"n": {"type": "integer"}, "odd": {"type": "boolean"}}},
    )


def main(url: str) -> None:
    """Fill it."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from api.tokens import Issued, issue
    from tests.makers.people import person
    from tests.makers.sealed import published

    call_command("migrate", verbosity=0)
    published("effects", document(url))
    token = issue(person("dev", "developer"), "test", ["runs:write", "runs:read"])
    assert isinstance(token, Issued)
    print(token.plain)


main(sys.argv[1])
