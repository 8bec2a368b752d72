"""Fills the database with runs that ended long ago: copies of one real run with its journal, each at its time.

Used by `stored`, which starts it as a program before it starts the server: `python -m bench.seed COUNT SHARES`, with
`DATA` in the environment. It wants a database with the workflow of `server` and one run of it that has succeeded. One
run in SHARES was labelled, one has failed, one left a settled case in the reviewer's queue, one a case in another
queue, and one belongs to a second workflow; no run is two of these. It prints a session key of the administrator and
one of the reviewer. `crowd` borrows how an id is made and somebody is signed in.
"""

from __future__ import annotations

import base64
import os
import sys
from datetime import UTC, datetime, timedelta

import django

APART = timedelta(seconds=20)


def main() -> None:
    """Seed, and print the two session keys."""
    django.setup()
    from django.contrib.auth import get_user_model
    from django.db import transaction

    users = get_user_model()._default_manager
    with transaction.atomic():
        _make_reviewer()
        _copy(int(sys.argv[1]), int(sys.argv[2]))
    for name in ("bench", "reviewer"):
        print(signed_in(users.get(username=name)))


def _make_reviewer() -> None:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    from runtime.models import Queue

    reviewer = get_user_model()._default_manager.create_user("reviewer")
    reviewer.groups.add(Group.objects.get(name="reviewer"))
    Queue.objects.create(name="bench").members.add(reviewer)
    Queue.objects.create(name="others")


def signed_in(user: object) -> str:
    """The key of a session of this person."""
    from django.test import Client

    client = Client()
    client.force_login(user)  # type: ignore[arg-type]  # the user model, which can only be imported after the set-up
    return client.cookies["sessionid"].value


def id_at(moment: datetime) -> str:
    """An id as `runtime.ids` would have made it then."""
    raw = bytearray(int(moment.timestamp() * 1000).to_bytes(6) + os.urandom(10))
    raw[6], raw[8] = (raw[6] & 0x0F) | 0x70, (raw[8] & 0x3F) | 0x80
    return base64.b32hexencode(raw).decode().rstrip("=").lower()


_RUNS = """
INSERT INTO runtime_run (id, blueprint_id, workflow, version, status, outcome, priority, owner, fence, claims, last_seq,
    wake_at, parent, parent_node, parent_visit, labels, requester, callback_url, created_at, finished_at)
SELECT seeded.id, run.blueprint_id, CASE WHEN share = 4 THEN 'second' ELSE run.workflow END, run.version,
    CASE WHEN share = 1 THEN 'failed' ELSE run.status END, CASE WHEN share = 1 THEN NULL ELSE run.outcome END,
    0, NULL, run.fence, 0, run.last_seq, NULL, NULL, NULL, NULL,
    CASE WHEN share = 0 THEN '{"source":"fair"}' END, run.requester, '', seeded.at, seeded.at
FROM seeded CROSS JOIN runtime_run AS run WHERE run.id = %s ORDER BY number
"""
_ENTRIES = """
INSERT INTO runtime_entry (run_id, seq, at, type, node, visit, data)
SELECT seeded.id, entry.seq, seeded.at, entry.type, entry.node, entry.visit, entry.data
FROM seeded CROSS JOIN runtime_entry AS entry WHERE entry.run_id = %s ORDER BY number, seq
"""
_LABELS = "INSERT INTO runtime_runlabel (run_id, text) SELECT id, %s FROM seeded WHERE share = 0"
_CASES = """
INSERT INTO runtime_escalation (id, run_id, workflow, node, visit, kind, state, queue, question, asked, reasons, digest,
    reviewers, not_by_requester, requester, resolution, resolved_by, created_at, resolved_at)
SELECT id, id, 'bench', 'ask', 1, 'review', 'resolved', CASE WHEN share = 2 THEN 'bench' ELSE 'others' END,
    'May we go on with this?', '{"question":"May we go on with this?","choices":[{"name":"yes","label":"Go on"}]}',
    '[]', '00', 1, %s, 'bench', '{"choice":"yes"}', 'reviewer', at, at
FROM seeded WHERE share IN (2, 3) ORDER BY number
"""


def _copy(count: int, shares: int) -> None:
    from django.db import connection

    from runtime.models import Run

    template, now = Run.objects.get(status="succeeded").pk, datetime.now(UTC)
    moments = (now - APART * (count - number) for number in range(count))
    rows = [(n, n % shares, id_at(at), connection.ops.adapt_datetimefield_value(at)) for n, at in enumerate(moments)]
    with connection.cursor() as cursor:
        kind = "timestamptz" if connection.vendor == "postgresql" else "text"
        cursor.execute(f"CREATE TEMPORARY TABLE seeded (number integer PRIMARY KEY, share integer, id text, at {kind})")
        cursor.executemany("INSERT INTO seeded VALUES (%s, %s, %s, %s)", rows)
        for statement, given in ((_RUNS, template), (_ENTRIES, template), (_LABELS, "source:fair"), (_CASES, False)):
            cursor.execute(statement, [given])
        cursor.execute("DROP TABLE seeded")


if __name__ == "__main__":
    main()
