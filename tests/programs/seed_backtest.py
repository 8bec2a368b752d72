"""Adds to a server's DATA folder what a backtest of `small` needs that asks a model: past cases, a draft, a connection.

`seed_backtest.py URL CASES`: the draft's new step asks the model at URL about each of so many cases.
"""

from __future__ import annotations

import copy
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def asking() -> dict[str, Any]:
    """The small drawing, with a model that is asked first."""
    from tests.makers.runs import SMALL

    document = copy.deepcopy(SMALL)
    config = {"connection": "there", "prompt": "seats:{{ input.seats }}:"}
    document["nodes"].append({"id": "model", "kind": "execute.prompt", "name": "Ask a model", "config": config})
    document["edges"][0]["to"] = "model"
    document["edges"].append({"id": "e8", "from": "model", "port": "done", "to": "size"})
    return document


def main(url: str, cases: int) -> None:
    """Add it."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from builder.models import Workflow
    from runtime.models import Connection
    from tests.makers.runs import Story, blueprint

    config = {"base_url": url, "model": "scripted", "allow_private": True}
    Connection.objects.create(name="there", provider="custom", config=config)
    began = datetime.now(UTC) - timedelta(days=1)
    for number in range(cases):
        story = Story(blueprint(), {"seats": number}, began=began + timedelta(minutes=number))
        story.does("size", "small", {"choice": "small"}).ends("dropped", "dropped", {}, kind="stopped")
    workflow = Workflow.objects.get(slug="small")
    workflow.draft = asking()
    workflow.save()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
