"""The reference page of the kinds."""

from __future__ import annotations

from pathlib import Path

from runtime.nodes import discover
from runtime.nodes._reference import page

ROOT = Path(__file__).parents[3]


def test_the_page_in_the_docs_is_what_the_kinds_say() -> None:
    written = (ROOT / "docs" / "nodes.md").read_text(encoding="utf-8")
    assert written == page(discover()), "run: make docs"


def test_every_kind_has_a_section_with_each_of_its_fields() -> None:
    written = page(discover())
    for kind in discover().values():
        section = written.partition(f"### `{kind.name}`: {kind.title}\n")[2].partition("\n### ")[0]
        assert kind.help.strip() in section
        for name, info in kind.params.model_fields.items():
            assert f"| `{info.alias or name}` |" in section


def test_what_stands_inside_a_field_is_listed_with_its_way() -> None:
    section = page({"verify.quality": discover()["verify.quality"]})
    assert "| `conflicts[].when` | expression |" in section
    assert "| `formats` | {name: `email`, `phone`," in section
