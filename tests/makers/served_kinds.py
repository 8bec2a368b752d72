"""The kinds as the server lists them, for the canvas's own tests: `python -m tests.makers.served_kinds` prints them.

`tests/canvas/kinds.json` is its output; `make docs` writes it anew, and a test says when it is not up to date.
"""

from __future__ import annotations

import json
import os


def as_text() -> str:
    """What the API answers, in a form that can be read and compared."""
    from api.kinds import all_kinds

    return json.dumps(all_kinds(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    print(as_text(), end="")
