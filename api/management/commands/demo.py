"""`manage.py demo`: Interlock with its example, served and working through 200 leads, from nothing in one command.

Then simulated reviewers give three gates a past (`builder.simulated`), in the background.

Started again on the same `DATA` it goes on where it was and loads nothing twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseFailure
from tqdm import tqdm

from api.models import Token
from api.tokens import Issued, digest_of, issue, revoke
from builder import example
from builder.example import Person
from builder.simulated import install, living
from builder.simulated.stories import Story
from runtime import launch
from runtime.management.serving import listening, server
from runtime.management.telling import told
from runtime.models import Gate
from runtime.triggers import batches

HOST = "127.0.0.1"
SCOPES = ("workflows:read", "runs:read", "runs:write", "escalations:read")
TOKEN_NAME, TOKEN_DAYS, LEFT_DAYS = "demo", 30, 7
"""A token that ends within `LEFT_DAYS` is printed no more: another one is."""
PASSWORD_FILE, TOKEN_FILE = "demo.password", "demo.token"
LEAD = {
    "name": "Ada Berg",
    "email": "ada@northwind.example",
    "company": "Northwind",
    "country": "DE",
    "seats": 60,
    "source": "curl",
    "message": "Please send us a quote for 60 seats.",
}


class Command(BaseCommand):
    """Composes what the other commands do one by one: migrate, people, example, serve, run."""

    help = "Serve Interlock with its example workflow and 200 leads; safe to start again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: object, port: int, **_options: object) -> None:
        """Set up what is missing, then serve until stopped."""
        with listening(HOST, port) as listener:
            self._say("Making the tables, the people and the example; on a busy machine this takes a minute.")
            _migrate()
            password = _password()
            people = example.people(password)
            users = {person.name: person.user for person in people}
            try:
                example.install(users["designer"], datetime.now(UTC))
            except example.NotInstalled as failure:
                raise CommandError(f"The example could not be published: {failure}") from None
            welcome = _welcome(f"http://{HOST}:{port}", people, password, _token(users["developer"]))
            self._people = users
            # Whether the interrupt still reaches us depends on how far the server had come to its end.
            stopped = True
            with contextlib.suppress(KeyboardInterrupt):
                stopped = asyncio.run(self._serve(listener, welcome), loop_factory=server().config.get_loop_factory())
            if stopped:
                self.stdout.write("\nStopped. Started again on the same DATA, it goes on where it was.")

    async def _serve(self, listener: socket.socket, welcome: str) -> bool:
        """Serve until stopped; False where the server could not start."""
        serving = server()
        task = asyncio.create_task(serving.serve(sockets=[listener]))
        loading = asyncio.create_task(self._load(serving, welcome))
        try:
            await task
        finally:
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
        return serving.started

    async def _load(self, serving: uvicorn.Server, welcome: str) -> None:
        """Run the leads once the server answers, and tell what became of them."""
        while not serving.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.02)
        self._say(f"Interlock answers at {welcome.splitlines()[0]}\n")
        try:
            run_ids = await _run_leads()
            report = await sync_to_async(batches.report)(run_ids)
        except Exception as failure:
            self._say(f"The leads could not be run: {failure}")
        else:
            if serving.should_exit:
                return
            self._say(told(report))
        self._say(f"\nInterlock answers at {welcome}")
        try:
            told_of_gates = await _simulate(self._people)
        except Exception as failure:
            self._say(f"\nThe gates could not be given a past: {failure}")
        else:
            if not serving.should_exit:
                self._say(told_of_gates)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


async def _run_leads() -> Sequence[str]:
    cases, _bad = await sync_to_async(batches.read)(example.LEADS)
    with tqdm(total=len(cases), unit="lead", desc="Running the example's leads", disable=None) as bar:
        started, _refused = await batches.run_all(launch.current().runner, example.SLUG, cases, "", bar.update)
    return [each.run_id for each in started]


async def _simulate(people: Mapping[str, User]) -> str:
    """Let simulated reviewers give the gates their past, as far as they have none; where the gates stand then."""
    stories = await sync_to_async(install.published)(people["designer"], datetime.now(UTC))
    fresh = [story for story in stories if not await sync_to_async(living.is_lived)(story)]
    if fresh:
        reviewers = await sync_to_async(install.reviewers)()
        with tqdm(unit="message", desc="Simulated reviewers give three gates a past", disable=None) as bar:
            around = living.Living(launch.current().runner, reviewers, bar.update)
            await asyncio.gather(*(living.live(story, around) for story in fresh))
        await sync_to_async(install.join)(people["reviewer"])
    return await sync_to_async(_told_of_gates)(stories)


def _told_of_gates(stories: Sequence[Story]) -> str:
    found = Gate.objects.filter(current=True, workflow__in=[story.slug for story in stories])
    states = dict(found.values_list("workflow", "state"))
    lines = [f"  {states.get(story.slug, 'not begun'):10} {story.name}" for story in stories]
    return "\n".join(["\nGates, as simulated reviewers have made them (see “Gates” as the designer):", *lines])


def _migrate() -> None:
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseFailure as failure:
        raise CommandError(f"The database cannot be used: {str(failure).strip()}") from None


def _password() -> str:
    """One password for the demo's people, made once a DATA folder, kept where the keys are."""
    return _kept(PASSWORD_FILE) or _keep(PASSWORD_FILE, secrets.token_urlsafe(9))


def _token(developer: User) -> str:
    """A token for the call that is printed: the one that an earlier start printed, as long as it is worth something.

    It is kept beside the password, which opens more. Another one ends those before it, or they would pile up.
    """
    plain, now = _kept(TOKEN_FILE), datetime.now(UTC)
    mine = Token.objects.filter(user=developer, name=TOKEN_NAME, revoked_at=None)
    if plain and mine.filter(digest=digest_of(plain), expires_at__gt=now + timedelta(days=LEFT_DAYS)).exists():
        return plain
    for earlier in mine:
        revoke(earlier.pk)
    issued = issue(developer, TOKEN_NAME, SCOPES, now + timedelta(days=TOKEN_DAYS))
    if not isinstance(issued, Issued):
        raise CommandError(issued.detail)
    return _keep(TOKEN_FILE, issued.plain)


def _kept(name: str) -> str:
    path = settings.DATA / name
    return str(path.read_text().strip()) if path.exists() else ""


def _keep(name: str, text: str) -> str:
    path = settings.DATA / name
    path.touch(mode=0o600)
    path.write_text(text)
    return text


def _welcome(address: str, people: Sequence[Person], password: str, token: str) -> str:
    """Where to look, whom to sign in as, and a first call to paste."""
    signs = [f"  {each.name:14} {_known_password(each, password)}" for each in people]
    body = json.dumps({"input": LEAD, "wait_s": 10})
    curl = [
        f"curl -s -X POST {address}/api/v1/workflows/{example.SLUG}/runs/ \\",
        f"  -H 'Authorization: Bearer {token}' \\",
        "  -H 'Content-Type: application/json' \\",
        f"  -d '{body}'",
    ]
    pages = [
        f"  {address}/api/v1/docs/   the API, to read and to try",
        f"  {address}/settings/      for the administrator",
    ]
    return "\n".join(
        [address, *pages, "", "Sign in as:", *signs, "", "A first call, to paste:", *curl, "", "Ctrl-C stops it."]
    )


def _known_password(person: Person, password: str) -> str:
    user: Any = person.user
    return password if person.new or user.check_password(password) else "(the password that you set)"
