"""The tabs of a workflow's pages: those that there are, for those who may."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from tests.makers.people import person

pytestmark = pytest.mark.django_db


def shown(role: str, active: str = "runs") -> str:
    request = RequestFactory().get("/")
    request.user = person("pia", role)
    words = f'{{% load workflow_tabs %}}{{% workflow_tabs "invoices" "Invoices" "{active}" %}}'
    return Template(words).render(Context({"request": request}))


def test_a_designer_sees_the_way_to_the_drawing_and_which_page_is_shown() -> None:
    page = shown("designer")
    assert 'href="/workflows/invoices/"' in page
    assert 'href="/runs/?workflow=invoices" aria-current="page"' in page
    assert page.count("aria-current") == 1


def test_who_does_not_read_workflows_is_shown_the_runs_alone() -> None:
    page = shown("reviewer", "overview")
    assert "/runs/?workflow=invoices" in page
    assert "/workflows/" not in page


def test_a_page_that_is_not_built_has_no_tab() -> None:
    assert 'href=""' not in shown("administrator")
