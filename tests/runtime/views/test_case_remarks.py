"""A remark tells of names that are nobody's before it is kept, and keeps what was written."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from runtime.models import Queue, Remark
from tests.makers.cases import open_case
from tests.makers.people import person

pytestmark = pytest.mark.django_db
WRITTEN = "@rosa @nobody @otto, <look>."


def test_an_unknown_name_is_told_before_the_remark_is_kept_and_may_stay(reviewer: Client) -> None:
    case = open_case()
    Queue.objects.get(name="sales").members.add(person("rosa", "reviewer"))
    person("otto", "reviewer")  # Of another queue: he would never hear of it.
    address = reverse("case_remark", args=[case.pk])
    answer = reviewer.post(address, {"text": WRITTEN})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nobody who may see this case is called @nobody, @otto." in page
    assert ">@rosa @nobody @otto, &lt;look&gt;.</textarea>" in page
    assert not Remark.objects.exists()
    assert reviewer.post(address, {"text": WRITTEN, "anyway": "1"}).status_code == 302
    kept = Remark.objects.get()
    assert kept.text == WRITTEN
    assert [each.get_username() for each in kept.mentions.all()] == ["rosa"]


def test_only_people_who_may_see_the_case_are_offered(reviewer: Client) -> None:
    case = open_case()
    Queue.objects.get(name="sales").members.add(person("rosa", "reviewer"))
    person("otto", "reviewer")
    page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    assert 'data-people="rosa"' in page
