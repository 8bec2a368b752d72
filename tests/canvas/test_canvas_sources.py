"""What the canvas's sources share with the server: the document's fields, the kinds, the icons. And their sizes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from builder.canvas import icons
from runtime.core import definition
from tests.makers.served_kinds import as_text

ROOT = Path(__file__).resolve().parents[2]
CANVAS = ROOT / "static" / "canvas"
SOURCES = sorted([*CANVAS.rglob("*.ts"), *CANVAS.rglob("*.tsx"), *CANVAS.rglob("*.css")])
INTERFACES = {"Step": definition.Node, "Edge": definition.Edge, "Note": definition.Note, "Drawing": definition.Document}
MAX_FILE = 300


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_kinds_that_the_tests_know_are_those_that_are_served() -> None:
    assert (ROOT / "tests" / "canvas" / "kinds.json").read_text() == as_text(), "run: make docs"


@pytest.mark.parametrize(("interface", "model"), INTERFACES.items(), ids=list(INTERFACES))
def test_the_documents_types_are_mirrored(interface: str, model: type[definition.Part]) -> None:
    found = re.search(
        rf"export interface {interface} {{(.*?)\n}}", (CANVAS / "model/document.ts").read_text(), re.DOTALL
    )
    assert found
    mirrored = set(re.findall(r"readonly (\w+)\??:", re.sub(r"\{ readonly .*? \}", "", found[1])))
    assert mirrored == {info.alias or field for field, info in model.model_fields.items()}


def test_the_documents_bounds_are_mirrored() -> None:
    text = (CANVAS / "model/document.ts").read_text()
    for bound in ("MAX_NODES", "MAX_EDGES", "MAX_NOTES", "MAX_DEPTH"):
        found = re.search(rf"{bound} = ([\d_]+)", text)
        assert found
        assert int(found[1]) == getattr(definition, bound)


def test_every_icon_that_the_canvas_names_is_on_the_page_and_in_the_set() -> None:
    named: set[str] = set()
    for path in SOURCES:
        text = path.read_text()
        named |= set(re.findall(r'(?:<Icon name|icon)(?:=|: )"([a-z0-9-]+)"', text))
        chosen = "".join(re.findall(r"<Icon name=\{([^}]*)\}", text))
        named |= set(re.findall(r'[?:] "([a-z0-9-]+)"', chosen))
        named |= set(re.findall(r': \["([a-z0-9-]+)", "[A-Z]', text))
    assert named - set(icons()) == set()
    for icon in icons():
        try:
            lucide(icon)
        except IconDoesNotExist:
            pytest.fail(f"The icon set has no {icon}.")


def test_a_source_fits_into_a_head() -> None:
    long = {name(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert {found: lines for found, lines in long.items() if lines > MAX_FILE} == {}


def test_a_source_says_what_it_is() -> None:
    ours = [path for path in SOURCES if path.suffix != ".css"]
    assert [name(path) for path in ours if not path.read_text().startswith("// ")] == []


def test_the_pure_parts_know_no_screen() -> None:
    screen = re.compile(r'from "(react|@xyflow/react|\.\./(view|sync|live|editor))|\b(document|window)\.[a-z]+\(')
    ours = [path for path in SOURCES if path.suffix != ".css"]
    pure = [path for path in ours if path.relative_to(CANVAS).parts[0] in {"model", "changes", "kernels"}]
    assert pure
    assert [name(path) for path in pure if screen.search(path.read_text())] == []
