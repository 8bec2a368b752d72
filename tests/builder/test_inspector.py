"""The inspector over HTTP: the form of a node, what is wrong beside its field, tables as grids, bad input."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from builder.models import Workflow
from runtime.nodes import discover
from tests.makers.people import person
from tests.makers.sealed import ECHO

pytestmark = pytest.mark.django_db

VOID = {"input", "path", "circle", "line", "rect", "polyline", "polygon", "ellipse", "br", "hr"}


def drawing(kind: str, config: Any, *others: dict[str, Any]) -> dict[str, Any]:
    nodes = [{"id": "here", "kind": kind, "name": "Here", "config": config}, *others]
    edges = [{"id": "e1", "from": "start", "port": "out", "to": "here"}]
    return {**ECHO, "nodes": nodes, "edges": edges}


def asked(client: Client, document: Any, node: str = "here", **headers: str) -> Any:
    address = reverse("workflow_inspector", args=["echo"])
    body = json.dumps({"document": document, "node": node})
    accepts = {"Accept": "application/json", **headers}
    return client.post(address, body, content_type="application/json", headers=accepts)


def told(answer: Any) -> dict[str, str]:
    return {each["path"]: each["message"] for each in answer.json()["problems"]}


class Page(HTMLParser):
    """The tags of a partial, held against each other: what is opened is closed, and labels lead somewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.wanted: set[str] = set()
        self.attributes: set[str] = set()
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes |= set(given)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.wanted |= {given["for"] or ""} if "for" in given else set()
        self.wanted |= set((given.get("aria-describedby") or "").split())
        self.wanted |= {given["list"] or ""} if "list" in given else set()
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("kind", sorted(discover()))
def test_the_form_of_every_kind_is_sound_html_without_scripts_and_styles(designer: Client, kind: str) -> None:
    for config in (dict(discover()[kind].example), {}, *map(dict, discover()[kind].examples)):
        answer = asked(designer, drawing(kind, config))
        page = Page(answer.json()["html"])
        assert page.open == []
        assert len(page.ids) == len(set(page.ids))
        assert page.wanted <= set(page.ids)
        assert not {"script", "style"} & set(page.tags)
        assert not any(name == "style" or name.startswith("on") for name in page.attributes)


@pytest.mark.parametrize("kind", sorted(discover()))
def test_an_example_is_valid_and_comes_back_as_it_was(designer: Client, kind: str) -> None:
    example = dict(discover()[kind].example)
    answer = asked(designer, drawing(kind, example)).json()
    assert (answer["valid"], answer["config"]) == (True, example)


def test_a_bad_expression_is_told_beside_its_field(designer: Client) -> None:
    answer = asked(designer, drawing("decide.rule", {"choices": [{"name": "a", "when": "input.n >"}]}))
    assert not answer.json()["valid"]
    assert "something is missing at its end" in told(answer)["/choices/0/when"]
    assert 'id="config-choices-0-when-error"' in answer.json()["html"]


@pytest.mark.parametrize("name", ["²", "9" * 5_000, "3"])
def test_a_value_that_is_called_like_a_number_is_told_of_by_its_name(designer: Client, name: str) -> None:
    body = asked(designer, drawing("execute.transform", {"output": {name: "1 +"}}), HTTP_ACCEPT="application/json")
    assert {each["path"] for each in body.json()["problems"]} == {f"/output/{name}"}


def test_reading_a_step_that_may_not_have_run_is_told_beside_the_expression(designer: Client) -> None:
    other = {"id": "later", "kind": "execute.transform", "config": {"output": {"x": "1"}}}
    answer = asked(designer, drawing("outcome", {"output": {"x": "steps.later.output.x"}}, other))
    assert answer.json()["valid"]
    assert "may not have run by then" in told(answer)["/output/x"]


def test_problems_of_other_steps_are_left_to_the_check(designer: Client) -> None:
    other = {"id": "other", "kind": "execute.transform", "config": {}}
    assert told(asked(designer, drawing("outcome", {}, other))) == {}


TABLE = {
    "inputs": [{"name": "n", "expr": "input.n", "type": "integer"}],
    "hit": "UNIQUE",
    "choices": ["small", "large"],
    "rows": [
        {"when": ["< 10"], "choice": "small", "then": {"tier": 1}},
        {"when": ["> 5"], "choice": "large"},
    ],
}


def test_rows_that_contradict_each_other_are_shown_at_the_row(designer: Client) -> None:
    answer = asked(designer, drawing("decide.table", TABLE))
    assert "contradict each other" in told(answer)["/rows/1"]
    marked = re.findall(r'<tr id="(config-rows-\d)" [^>]*class="has-error"', answer.json()["html"])
    assert marked == ["config-rows-0", "config-rows-1"]


def test_a_gap_is_shown_with_an_example(designer: Client) -> None:
    narrow = {**TABLE, "rows": [{"when": ["< 10"], "choice": "small"}]}
    assert "No row of “Here” covers n = " in told(asked(designer, drawing("decide.table", narrow)))["/rows"]


def test_a_bad_cell_is_told_in_the_cell(designer: Client) -> None:
    crooked = {**TABLE, "rows": [{"when": ["about ten"], "choice": "small"}]}
    html = asked(designer, drawing("decide.table", crooked)).json()["html"]
    assert 'id="config-rows-0-0-error"' in html


def test_a_row_with_too_few_cells_still_has_one_for_each_column(designer: Client) -> None:
    crooked = {**TABLE, "rows": [{"choice": "small"}, "nonsense"]}
    html = asked(designer, drawing("decide.table", crooked)).json()["html"]
    assert 'data-path="/rows/0/when/0"' in html
    assert 'data-path="/rows/1/when/0"' in html


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, [None], {"a": 1}])
@pytest.mark.parametrize("name", ["inputs", "rows", "choices", "hit"])
def test_a_table_that_is_none_has_a_form_all_the_same(designer: Client, name: str, value: Any) -> None:
    assert asked(designer, drawing("decide.table", {**TABLE, name: value})).status_code == 200


def test_what_the_designer_wrote_is_escaped(designer: Client) -> None:
    hostile = "<script>alert(1)</script>\"'"
    html = asked(designer, drawing("outcome", {"output": {hostile: hostile}})).json()["html"]
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_step_can_be_mended_while_the_rest_of_the_drawing_cannot_be_read(designer: Client) -> None:
    broken = {**drawing("outcome", {}, {"id": "NOT AN ID", "kind": 3}), "colour": "red"}
    assert asked(designer, broken).status_code == 200


def test_the_saved_draft_is_looked_at_by_its_address(designer: Client) -> None:
    answer = designer.get(reverse("workflow_inspector", args=["echo"]), {"node": "say"})
    assert answer.status_code == 200
    assert 'data-path="/output/n"' in answer.content.decode()


@pytest.mark.parametrize(
    ("document", "node", "status"),
    [
        (ECHO, "nobody", 404),
        (None, "here", 404),
        ([1], "here", 404),
        ({"nodes": [{"id": "here", "kind": []}]}, "here", 422),
        ({**ECHO, "nodes": [{"id": "here", "kind": "no.such"}]}, "here", 422),
    ],
)
def test_what_is_no_step_is_refused_with_a_reason(designer: Client, document: Any, node: str, status: int) -> None:
    answer = asked(designer, document, node)
    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize("body", ["", "[]", "{", '{"a": 1, "a": 2}', "nul"])
def test_a_body_that_is_no_object_is_refused(designer: Client, body: str) -> None:
    address = reverse("workflow_inspector", args=["echo"])
    assert designer.post(address, body, content_type="application/json").status_code == 400


def test_in_the_archive_the_fields_cannot_be_changed(designer: Client) -> None:
    document = drawing("outcome", {"output": {"x": "1"}})
    assert "<fieldset" in asked(designer, document).json()["html"]
    assert asked(designer, document).json()["html"].count(" disabled") == 2, "a single entry moves nowhere"
    Workflow.objects.update(archived_at=timezone.now())
    html = asked(designer, document).json()["html"]
    fields = re.findall(r"<(?:textarea|select|fieldset)[^>]*>", html)
    assert fields
    assert all("disabled" in field for field in fields)


def test_a_form_that_is_only_looked_at_can_be_asked_for(designer: Client) -> None:
    body = json.dumps({"document": drawing("outcome", {"output": {"x": "1"}}), "node": "here", "readonly": True})
    answer = designer.post(reverse("workflow_inspector", args=["echo"]), body, content_type="application/json")
    html = answer.content.decode()
    assert 'data-op="add"' not in html
    fields = re.findall(r"<(?:textarea|select|fieldset|input)[^>]*>", html)
    assert fields
    assert all("disabled" in field for field in fields)


def test_what_is_wrong_is_told_beside_the_field_without_naming_it(designer: Client) -> None:
    html = asked(designer, drawing("execute.python", {"function": 3})).json()["html"]
    assert 'id="config-function-error">This must be a text.' in html


def test_options_are_told_in_words_and_a_list_of_them_as_boxes(designer: Client) -> None:
    html = asked(designer, drawing("decide.table", TABLE)).json()["html"]
    assert '<option value="FIRST">The first one decides</option>' in html
    html = asked(designer, drawing("decide.model", {"confidence": ["self"]})).json()["html"]
    boxes = re.findall(r'data-op="member" data-path="/confidence" data-option="(\w+)"( checked)?', html)
    assert ("self", " checked") in boxes
    assert ("logprob", "") in boxes


def test_a_reviewer_sees_no_form(designer: Client) -> None:
    other = Client()
    other.force_login(person("rui", "reviewer"))
    assert asked(other, ECHO, "say").status_code == 403


def test_a_form_of_a_workflow_that_is_not_there_is_not_found(designer: Client) -> None:
    address = reverse("workflow_inspector", args=["nothing"])
    assert designer.post(address, "{}", content_type="application/json").status_code == 404
