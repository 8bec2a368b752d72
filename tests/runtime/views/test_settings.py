"""The settings' pages: what is kept, what is refused in words, what is never shown, and who is always left."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient, Client
from django.urls import reverse

from api import tokens
from api.models import Token
from runtime import audit, chain
from runtime.connections import lookup, save
from runtime.models import AuditEntry, Connection, Queue, Run
from runtime.views.settings import log
from tests.makers import runs
from tests.makers.cases import NOW, open_case
from tests.makers.people import PASSWORD, person, queue_of

pytestmark = pytest.mark.django_db

HUGE = 10**30
CANARY = "sk-c4n4ry-55c0"
ODD = "<script>alert(1)</script>\x00\U0001f600" + "x" * 3_000


@pytest.fixture
def ada(administrator_ada: User) -> Client:
    client = Client()
    client.force_login(administrator_ada)
    return client


def at(name: str, *arguments: object) -> str:
    return reverse(f"settings_{name}", args=arguments)


def post(client: Client, address: str, **data: Any) -> str:
    """What the person sees in the end."""
    return client.post(address, data, follow=True).content.decode()


def test_a_connection_is_made_changed_and_removed_and_its_secret_never_shown(ada: Client) -> None:
    base = "https://api.example/v1"
    told = post(ada, at("connection_new", "custom"), name="gpt", secret=CANARY, **{"field-base_url": base})
    assert "is kept" in told
    row = Connection.objects.get()
    assert (row.config["base_url"], getattr(lookup("gpt"), "api_key", "")) == (base, CANARY)
    pages = [told, post(ada, at("connection", row.pk), **{"field-base_url": base, "field-model": "m"})]
    assert getattr(lookup("gpt"), "api_key", "") == CANARY, "an empty field keeps the secret"
    pages.append(post(ada, at("connection", row.pk), secret="another-one", **{"field-base_url": base}))
    assert getattr(lookup("gpt"), "api_key", "") == "another-one"
    pages.append(post(ada, at("connection", row.pk), secret=CANARY, **{"field-base_url": "no address"}))
    assert getattr(lookup("gpt"), "api_key", "") == "another-one", "nothing is kept by half"
    pages.append(post(ada, at("connection", row.pk), forget="on", **{"field-base_url": base}))
    assert getattr(lookup("gpt"), "api_key", None) == ""
    pages += [ada.get(address).content.decode() for address in (at("connections"), at("log"))]
    pages.append(post(ada, at("connection_removal", row.pk)))
    assert not Connection.objects.exists()
    assert not any(CANARY in page or "another-one" in page for page in pages)
    assert CANARY not in str(list(AuditEntry.objects.values()))


def test_the_word_before_a_secret_keeps_its_space(ada: Client) -> None:
    base = {"field-base_url": "https://a.example"}
    post(ada, at("connection_new", "http"), name="crm", secret=CANARY, **{**base, "field-prefix": "Bearer"})
    row = Connection.objects.get()
    for typed, word in (("Bearer", "Bearer "), ("Token", "Token "), ("", "")):
        post(ada, at("connection", row.pk), **{**base, "field-prefix": typed})
        row.refresh_from_db()
        assert row.config["prefix"] == word


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("http", {"name": "a"}, "“Address” is missing"),
        ("http", {"name": "", "field-base_url": "https://a.example"}, "1 to 80"),
        ("http", {"name": "embedded", "field-base_url": "https://a.example"}, "reserved"),
        ("http", {"name": "a", "field-base_url": "ftp://a"}, "“Address”"),
        ("mail", {"name": "a", "field-host": "h", "field-sender": "a@b.c", "field-port": "x"}, "whole number"),
        ("mail", {"name": "a", "field-host": "h", "field-sender": "a@b.c", "field-port": "9" * 18}, "at most 65535"),
        ("custom", {"name": "a"}, "needs an address"),
        ("openai", {"name": "a", "field-headers": "{"}, "must be an object"),
        ("openai", {"name": "a", "secret": "a\nb"}, "no secret"),
    ],
)
def test_a_faulty_connection_is_told_on_its_page_and_not_kept(
    ada: Client, kind: str, given: dict[str, str], said: str
) -> None:
    answer = ada.post(at("connection_new", kind), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Connection.objects.exists()


def test_a_name_that_is_taken_is_not_written_over(ada: Client, administrator_ada: User) -> None:
    save("gpt", "openai", {}, CANARY, administrator_ada, NOW)
    assert ada.post(at("connection_new", "openai"), {"name": "gpt"}).status_code == 422
    assert getattr(lookup("gpt"), "api_key", "") == CANARY


def test_designers_see_the_names_and_nothing_else(administrator_ada: User, designer_dora: User) -> None:
    save("gpt", "openai", {"model": "hidden-model"}, CANARY, administrator_ada, NOW)
    client = Client()
    client.force_login(designer_dora)
    seen = client.get(at("connections")).content.decode()
    assert "gpt" in seen
    assert not any(each in seen for each in ("hidden-model", "encrypted", "Connect something", at("queues")))


def test_secrets_are_put_under_the_newest_key_from_the_page(ada: Client, administrator_ada: User) -> None:
    save("gpt", "openai", {}, CANARY, administrator_ada, NOW)
    assert "newest key: 1" in post(ada, at("rotate"))
    Connection.objects.update(secret=b"of a key that was lost")
    assert "gpt" in post(ada, at("rotate"))
    assert AuditEntry.objects.filter(action="secrets.rotated").count() == 2


def test_a_queue_is_made_given_members_and_put_away_without_losing_its_cases(ada: Client, reviewer_rui: User) -> None:
    post(ada, at("queues"), name="late-desk", title="Late desk")
    queue = Queue.objects.get(name="late-desk")
    post(ada, at("queue", queue.pk), title="The late ones", member=["rui", "nobody"])
    queue.refresh_from_db()
    assert (queue.title, queue.name, [each.username for each in queue.members.all()]) == (
        *("The late ones", "late-desk"),
        ["rui"],
    )
    case = open_case(queue="late-desk")
    assert "put away" in post(ada, at("queue_archive", queue.pk))
    rui = Client()
    rui.force_login(reviewer_rui)
    assert rui.get(reverse("case_detail", args=[case.pk])).status_code == 200
    assert "1 open" in ada.get(at("queues")).content.decode()
    post(ada, at("queue_archive", queue.pk), back="1")
    queue.refresh_from_db()
    assert queue.archived_at is None


def test_who_cannot_sign_in_is_offered_as_a_member_of_no_other_queue(ada: Client) -> None:
    ghost = person("ghost", "reviewer")
    ghost.set_unusable_password()
    ghost.save()
    theirs, another = queue_of("theirs", ghost), queue_of("another")
    assert 'value="ghost" checked' in ada.get(at("queue", theirs.pk)).content.decode()
    assert "ghost" not in ada.get(at("queue", another.pk)).content.decode()


def test_queues_that_have_cases_but_were_never_made_are_shown_and_made_with_a_click(ada: Client) -> None:
    queue_of("known", person("someone", "reviewer"))
    for queue in ("accounts-payable", "accounts-payable", "Odd One", "known", ""):
        open_case(queue=queue)
    seen = ada.get(at("queues")).content.decode()
    assert seen.count("Make the queue “accounts-payable”") == 1
    assert "2 open" in seen
    assert "Make the queue “Odd One”" not in seen
    assert "Make the queue “known”" not in seen
    assert "accounts-payable (not made yet)" in ada.get(reverse("case_list")).content.decode()
    post(ada, at("queues"), name="accounts-payable")
    assert [each.username for each in Queue.objects.get(name="accounts-payable").members.all()] == ["ada"]
    assert AuditEntry.objects.filter(action="queue.saved").count() == 1
    seen = ada.get(at("queues")).content.decode()
    assert "Make the queue “accounts-payable”" not in seen
    filtered = ada.get(reverse("case_list")).content.decode()
    assert "accounts-payable (not made yet)" not in filtered
    assert "Odd One (not made yet)" in filtered
    assert filtered.count("Known</option>") == 1


def test_queues_that_were_never_made_are_shown_to_nobody_but_administrators(reviewer_rui: User) -> None:
    open_case(queue="accounts-payable")
    rui = Client()
    rui.force_login(reviewer_rui)
    assert "accounts-payable" not in rui.get(reverse("case_list")).content.decode()


def test_a_person_is_added_with_a_password_that_is_shown_once(ada: Client) -> None:
    answer = ada.post(at("people"), {"username": "nora", "email": "n@example.org", "role": ["reviewer"]})
    nora = User.objects.get(username="nora")
    assert [group.name for group in nora.groups.all()] == ["reviewer"]
    password = answer.context["password"]
    assert password in answer.content.decode()
    assert nora.check_password(password)
    assert password not in ada.get(at("person", nora.pk)).content.decode()
    assert password not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    "given",
    [
        {"username": "ada"},
        {"username": ""},
        {"username": "a b"},
        {"username": "nora", "email": "x"},
        {"username": "nora", "role": "king"},
        {"username": ODD.replace("\0", "")},
    ],
)
def test_a_faulty_person_is_not_added(ada: Client, given: dict[str, str]) -> None:
    assert ada.post(at("people"), given).status_code == 422
    assert User.objects.count() == 1


def test_whoever_is_taken_out_loses_sessions_and_tokens_for_good(ada: Client, developer_dev: User) -> None:
    theirs = Client()
    theirs.force_login(developer_dev)
    issued = tokens.issue(developer_dev, "ci", ["runs:read"])
    assert isinstance(issued, tokens.Issued)
    post(ada, at("person_access", developer_dev.pk), deed="out")
    assert theirs.get(reverse("home")).status_code == 302
    answer = ada.post(at("person_access", developer_dev.pk), {"deed": "password"})
    assert theirs.get(reverse("home")).status_code == 302, "an old session must not come back with the person"
    assert Token.objects.get().revoked_at
    assert Client().login(username="dev", password=answer.context["password"])
    assert not Client().login(username="dev", password=PASSWORD)


def test_the_last_administrator_stays(ada: Client, administrator_ada: User, inactive_ina: User) -> None:
    assert "last administrator" in post(ada, at("person_access", administrator_ada.pk), deed="out")
    assert "last administrator" in post(ada, at("person", administrator_ada.pk), role=["designer"])
    administrator_ada.refresh_from_db()
    assert administrator_ada.is_active
    second = person("second", "administrator")
    post(ada, at("person", second.pk), role=["administrator", "designer"])
    post(ada, at("person", administrator_ada.pk), role=["designer"])
    assert ada.get(at("people")).status_code == 403, "it holds from the next click on"


def test_somebody_changes_their_own_password(roleless: Client) -> None:
    wrong = {"old_password": "no", "new_password1": "x", "new_password2": "y"}
    assert roleless.post(at("you"), wrong).status_code == 422
    new = "an entirely other phrase"
    post(roleless, at("you"), old_password=PASSWORD, new_password1=new, new_password2=new)
    assert User.objects.get(username="rob").check_password(new)
    assert roleless.get(at("you")).status_code == 200


def test_the_log_is_filtered_by_person_deed_and_day(ada: Client) -> None:
    audit.record("rui", "escalation.resolved", "escalation:1", NOW, {"choice": "approve"})
    audit.record("dora", "workflow.published", "workflow:2", NOW)
    day = NOW.date().isoformat()
    for query, seen in (
        ("", {"escalation:1", "workflow:2"}),
        ("person=rui", {"escalation:1"}),
        ("deed=workflow.published", {"workflow:2"}),
        (f"since={day}&until={day}", {"escalation:1", "workflow:2"}),
        ("until=2001-01-01", set()),
    ):
        page = ada.get(f"{at('log')}?{query}").content.decode()
        assert {target for target in ("escalation:1", "workflow:2") if target in page} == seen, query


def test_the_log_names_what_it_is_about_and_asks_no_more_for_more(
    ada: Client, django_assert_max_num_queries: Any
) -> None:
    asked = runs.asked()
    Run.objects.filter(pk=asked.run_id).update(title="Ray <b>")
    case = f"escalation:{asked.pk}"
    for target, data in (
        (case, {}),
        (f"run:{asked.run_id}", {}),
        (f"gate:{runs.LEADS}:quality", {}),
        ("token:7", {"name": "crm"}),
        ("connection:mail-out", {}),
        (f"job:{'0' * 20}abcdef", {}),
        ("user:nobody", {}),
    ):
        audit.record("rui", "x.y", target, NOW, data)
    address = at("log") + "?person=rui"
    rows = ada.get(address).context["rows"]
    named = {row["entry"].target: f"{row['about'].sort}: {row['about'].name}" for row in rows}
    assert named[case] == "case: Lead qualification and outreach: Ray <b>"
    assert named[f"run:{asked.run_id}"] == "run: Lead qualification and outreach: Ray <b>"
    assert named[f"gate:{runs.LEADS}:quality"] == "gate: Lead qualification and outreach: Can we rely on the details?"
    assert named["token:7"] == "token: crm"
    assert named["connection:mail-out"] == "connection: mail-out"
    assert named[f"job:{'0' * 20}abcdef"] == "background work: abcdef"
    assert named["user:nobody"] == "person: nobody"
    for _ in range(20):
        audit.record("rui", "escalation.resolved", f"escalation:{runs.asked().pk}", NOW)
    with django_assert_max_num_queries(16):
        page = ada.get(address).content.decode()
    assert f'title="{case}"' in page
    assert reverse("case_detail", args=[asked.pk]) in page
    assert "Ray &lt;b&gt;" in page


def test_the_log_goes_on_to_older_pages_without_a_gap(ada: Client) -> None:
    for number in range(120):
        audit.record("rui", "queue.saved", f"queue:{number}", NOW)
    seen: list[str] = []
    address = at("log") + "?person=rui"
    while address:
        context = ada.get(address).context
        seen += [row["entry"].target for row in context["rows"]]
        address = at("log") + context["older"] if context["older"] else ""
    assert seen == [f"queue:{number}" for number in reversed(range(120))]


@pytest.mark.parametrize("query", ["since=x", "until=2026-13-01", "since=0001-01-01", "before=x", "before=-1"])
def test_an_odd_question_to_the_log_is_refused(ada: Client, query: str) -> None:
    assert ada.get(f"{at('log')}?{query}").status_code == 400


async def _exported(user: User) -> list[list[str]]:
    client = AsyncClient()
    await client.aforce_login(user)
    answer: Any = await client.get(at("log_csv") + "?person==rui")
    assert answer.streaming
    return list(csv.reader(io.StringIO("".join([chunk.decode() async for chunk in answer]))))


@pytest.mark.usefixtures("threads_give_back")
@pytest.mark.django_db(transaction=True)
async def test_the_log_is_exported_as_it_is_filtered_and_no_cell_is_a_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    from asgiref.sync import sync_to_async

    monkeypatch.setattr("runtime.views.settings.log.AT_ONCE", 2)
    user = await sync_to_async(person)("ada", "administrator")
    for number in range(5):
        await sync_to_async(audit.record)("=rui", "queue.saved", f"queue:{number}", NOW, {"a": 1})
    rows = await _exported(user)
    assert rows[0][:6] == ["time", "person", "deed", "about", "data", "name"]
    assert [row[1:6] for row in rows[1:]] == [
        ["'=rui", "queue.saved", f"queue:{number}", '{"a":1}', str(number)] for number in (4, 3, 2, 1, 0)
    ]


@pytest.mark.usefixtures("threads_give_back")
@pytest.mark.django_db(transaction=True)
async def test_the_export_of_the_log_ends_where_its_reader_may_see_it_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    from asgiref.sync import sync_to_async

    monkeypatch.setattr("runtime.views.settings.log.AT_ONCE", 2)
    user = await sync_to_async(person)("ada", "administrator")
    for number in range(5):
        await sync_to_async(audit.record)("rui", "queue.saved", f"queue:{number}", NOW)
    lines = log._lines(user, AuditEntry.objects.order_by("-at", "-pk"))
    assert [len((await anext(lines)).splitlines()) for _ in range(2)] == [1, 2]
    await user.groups.aclear()
    assert [line async for line in lines] == []


@pytest.mark.parametrize("name", ["person", "deed"])
def test_a_filter_that_no_database_can_be_asked_for_finds_nothing(ada: Client, name: str) -> None:
    audit.record("rui", "queue.saved", "queue:1", NOW)
    answer = ada.get(at("log"), {name: "rui\0"})
    assert (answer.status_code, answer.context["rows"]) == (200, [])


def test_the_page_checks_the_chain(ada: Client) -> None:
    audit.record("rui", "queue.saved", "queue:1", NOW)
    assert "entries are as they were written" in post(ada, at("log_check"))
    assert chain.newest() in ada.get(at("log")).content.decode()


def test_every_change_needs_the_sign_of_its_own_page(administrator_ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator_ada)
    queue_of("sales")
    for name, arguments in (("queues", ()), ("people", ()), ("tokens", ()), ("rotate", ()), ("queue_archive", (1,))):
        assert client.post(at(name, *arguments), {"name": "x"}).status_code == 403, name


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        *[("connection_new", ("http",)), ("connection_new", ("nothing",)), ("connection", (HUGE,)), ("queue", (HUGE,))],
        *[("queues", ()), ("people", ()), ("person", (1,)), ("person_access", (1,)), ("you", ()), ("tokens", ())],
        *[("connection_trial", (HUGE,)), ("token_withdraw", (HUGE,)), ("person", (HUGE,))],
    ],
)
def test_nothing_that_is_sent_breaks_a_page(
    ada: Client, administrator_ada: User, name: str, arguments: tuple[object, ...]
) -> None:
    names = ("name", "title", "username", "email", "role", "member", "scope", "lasts", "secret", "deed", "old_password")
    odd = {**dict.fromkeys(names, ODD), "field-base_url": ODD, "field-header": "\r\nX: y"}
    if name == "person":
        arguments = arguments if arguments != (1,) else (administrator_ada.pk,)
    assert ada.post(at(name, *arguments), odd).status_code in (200, 302, 400, 404, 422)
