"""What a first visit to the canvas loads: little, with all that is rarely needed left for later."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

DIST = Path(__file__).resolve().parents[2] / "static" / "dist"
MOST_KB = 190
LATER = ("elk-worker", "canvas-elk-api", "canvas-code", "canvas-rare")


def loaded_at_once(name: str) -> set[str]:
    """A script and all that it imports before it runs."""
    imported = re.findall(r'(?:from|import)\s*"\./([\w.-]+\.js)"', (DIST / name).read_text())
    return {name}.union(*(loaded_at_once(each) for each in imported))


def test_a_first_visit_loads_little_and_leaves_layout_and_the_editor_of_expressions_for_later() -> None:
    assert (DIST / "canvas.js").exists(), "run: make setup"
    names = {*loaded_at_once("canvas.js"), "canvas.css"}
    size = sum(len(gzip.compress((DIST / name).read_bytes())) for name in names) / 1024
    assert size <= MOST_KB, f"{size:.1f} KB: {sorted(names)}"
    assert not [name for name in names if name.startswith(LATER)]


def test_the_page_asks_at_once_for_all_that_the_script_imports() -> None:
    assert set(json.loads((DIST / "canvas-first.json").read_text())) == loaded_at_once("canvas.js") - {"canvas.js"}
