"""What a view that stands alone runs into: a database that fails is a problem to try again, a defect is no problem."""

from __future__ import annotations

import json

import pytest
from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import AsyncClient, Client

from api import problems
from tests.makers.threads import ended, process


async def raised(error: Exception) -> HttpResponse:
    """A view in which something goes wrong."""
    raise error


async def test_an_answer_stays_as_it_is() -> None:
    async def answered() -> HttpResponse:
        return HttpResponse(b"well", status=202)

    assert (await problems.told(answered())).content == b"well"


async def test_a_database_that_fails_is_a_problem_that_says_when_to_try_again() -> None:
    response = await problems.told(raised(OperationalError("the server has gone away")))
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert json.loads(response.content)["code"] == "unavailable"
    assert b"gone away" not in response.content


async def test_a_defect_is_hidden_behind_no_problem() -> None:
    with pytest.raises(ZeroDivisionError):
        await problems.told(raised(ZeroDivisionError()))


@pytest.mark.postgresql_only
@pytest.mark.django_db(transaction=True)
async def test_a_connection_that_broke_fails_one_request_alone() -> None:
    async def breaks() -> HttpResponse:
        await sync_to_async(ended)(await sync_to_async(process)())
        return HttpResponse()

    async def works() -> HttpResponse:
        return HttpResponse(await sync_to_async(process)())

    assert (await problems.told(breaks())).status_code == 503
    assert (await problems.told(works())).status_code == 200


@pytest.mark.parametrize(
    "error", [OperationalError("the server has gone away"), InterfaceError("connection is closed")]
)
async def test_a_page_whose_database_is_away_says_so_and_asks_it_nothing_more(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("runtime.views.access._refused", fail)
    answer = await AsyncClient(raise_request_exception=False).get("/runs/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "database cannot answer at the moment" in answer.content.decode()


def test_a_page_with_a_defect_is_still_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr("runtime.views.access._refused", fail)
    answer = Client(raise_request_exception=False).get("/runs/")
    assert (answer.status_code, "Something broke" in answer.content.decode()) == (500, True)
