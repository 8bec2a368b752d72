"""What a button will do next is read from the drawing, and nothing is promised that may still turn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.forecast import Forecast, forecast
from runtime.nodes import discover
from tests.makers.runs import ROOT, SMALL


def compiled(document: dict[str, Any]) -> Drawing:
    read = parse(document).document
    assert read
    return compile_drawing(read, discover())[0]


@pytest.fixture(scope="module")
def leads() -> Drawing:
    return compiled(json.loads((ROOT / "builder" / "gallery" / "lead_qualification.json").read_text()))


def test_an_action_is_named_and_so_is_the_end() -> None:
    told = forecast(compiled(SMALL), "ask", "approve")
    assert told == Forecast("approve", ("“Tell them” sends a mail.", "The run ends as “told”."), ends="told", acts=True)


def test_whom_a_mail_goes_to_is_said_where_it_is_known() -> None:
    told = forecast(compiled(SMALL), "ask", "approve", lambda node: {"tell": "a@b.example"}[node])
    assert told.sentences[0] == "“Tell them” sends a mail to a@b.example."


def test_a_choice_that_ends_the_run_says_so_and_acts_nowhere() -> None:
    told = forecast(compiled(SMALL), "ask", "reject")
    assert told == Forecast("reject", ("The run ends as “dropped”.",), ends="dropped")


def test_behind_a_check_nothing_is_promised(leads: Drawing) -> None:
    told = forecast(leads, "plan_call", "write")
    assert told.sentences[0] == "A model writes: “Draft the mail”."
    assert told.sentences[1] == "“Is the wording allowed?” checks it."
    assert "without a person being asked again" in told.sentences[2]
    assert told.acts
    assert not told.ends


def test_every_button_of_the_example_is_foretold(leads: Drawing) -> None:
    asking = [node for node in leads.graph.nodes if leads.family(node) == "escalate"]
    told = {(node, port): forecast(leads, node, port) for node in asking for port in leads.ports[node]}
    assert len(told) >= 12
    assert all(each.sentences for each in told.values())
    assert told["read_message", "support"].ends
    assert not told["read_message", "support"].acts


def test_a_port_that_leads_nowhere_is_at_its_end() -> None:
    assert forecast(compiled(SMALL), "ask", "nowhere").sentences == ("This way is at its end.",)
    assert forecast(compiled(SMALL), "nobody", "x").sentences == ("This way is at its end.",)


def test_a_way_that_goes_round_is_told_once() -> None:
    drawing = {
        "format": "interlock/1",
        "nodes": [
            {"id": "ask", "kind": "escalate.review", "config": {"question": "?", "choices": [{"name": "again"}]}},
            {"id": "work", "kind": "execute.transform", "config": {"output": {"a": "1"}}},
        ],
        "edges": [
            {"id": "e1", "from": "start", "port": "out", "to": "work"},
            {"id": "e2", "from": "work", "port": "done", "to": "ask"},
            {"id": "e3", "from": "ask", "port": "again", "to": "work", "loop": {"max": 3}},
        ],
    }
    assert forecast(compiled(drawing), "ask", "again").sentences == ("A person is asked again: “ask”.",)
