"""The chain of the audit log: each entry holds the SHA-256 of its predecessor, so that no change goes unseen.

`audit` calls `extend` after the transaction of a deed, so that no deed waits for another; the command `verify_audit`
and the audit page call `verify`. Links stand in a table of their own: entries never change. Who holds the database can
still write a whole new chain, or cut off its end; against that, note the newest fingerprint: `holds` finds it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from runtime.models import AuditEntry, AuditLink

BEGINNING = "0" * 64
"""What stands as the predecessor of the first entry."""

_LOCK = 0x696E_7465_726C_6F63
_AT_ONCE = 2_000
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place where the chain does not hold: the number of the link, and a sentence."""

    number: int
    detail: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at the chain found. `newest` is the fingerprint of its last entry; `flaws` are the first ones.

    `whole` says whether it was looked at from the beginning.
    """

    looked_at: int
    newest: str
    flaws: tuple[Flaw, ...] = ()
    whole: bool = True


def extend(entry_id: int) -> None:
    """Link an entry that is committed, and with it all newer ones that are."""
    if AuditLink.objects.filter(entry_id=entry_id).exists():
        return
    with transaction.atomic():
        _alone()
        newest = AuditLink.objects.order_by("-entry_id").values_list("entry_id", flat=True).first() or 0
        waiting = AuditEntry.objects.filter(pk__gt=newest).order_by("pk")
        # Another process may have linked a newer one first, or this one while this one waited.
        linked = AuditLink.objects.filter(entry_id=entry_id).exists()
        late = [] if linked else AuditEntry.objects.filter(pk=entry_id, pk__lt=newest)
        _append([*late, *waiting])


@transaction.atomic
def catch_up() -> int:
    """Link every entry that is not: those whose process died before it could. How many there were."""
    _alone()
    return link_all(AuditEntry, AuditLink)


def link_all(entries: Any, links: Any) -> int:
    """The same with the models of a migration, without a lock."""
    seen = done = 0
    linked = links._default_manager.filter(entry_id=OuterRef("pk"))
    waiting = entries._default_manager.filter(~Exists(linked)).order_by("pk")
    while some := list(waiting.filter(pk__gt=seen)[:_AT_ONCE]):
        _append(some, links)
        seen, done = some[-1].pk, done + len(some)
    return done


def verify(most: int | None = None) -> Verified:
    """Hold the chain, or its `most` newest links, against the entries. Reads only."""
    last = AuditLink.objects.order_by("-number").first()
    if last is None:
        return Verified(0, BEGINNING)
    first = max(1, last.number - most + 1) if most else 1
    before = AuditLink.objects.filter(number=first - 1).values_list("digest", flat=True).first()
    flaws: list[Flaw] = []
    expected, number, looked_at = before or BEGINNING, first, 0
    for link, entry in _pairs(first, last.number):
        looked_at += 1
        if link.number != number:
            flaws.append(Flaw(number, f"Entries {number} to {link.number - 1} have been taken out of the chain."))
        else:
            flaws.extend(_flaws(link, entry, expected))
        expected, number = link.digest, link.number + 1
    return Verified(looked_at, last.digest, tuple(flaws[:_MOST_TOLD]), whole=first == 1)


def holds(fingerprint: str) -> bool:
    """Whether an entry with this fingerprint, as it was noted some time, still stands in the chain."""
    return AuditLink.objects.filter(digest=fingerprint).exists()


def newest() -> str:
    """The fingerprint of the newest entry of the chain."""
    return AuditLink.objects.order_by("-number").values_list("digest", flat=True).first() or BEGINNING


def digest_of(number: int, previous: str, entry: AuditEntry) -> str:
    """What an entry comes to at this place of the chain."""
    return hashlib.sha256(sealed(number, previous, entry).encode()).hexdigest()


def sealed(number: int, previous: str, entry: AuditEntry) -> str:
    """The text whose SHA-256 is the fingerprint of an entry at this place of the chain: a JSON list, in ASCII."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    told = [number, previous, entry.pk, at, entry.actor, entry.action, entry.target, entry.data]
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def links_of(entries: Sequence[AuditEntry]) -> list[AuditLink | None]:
    """The links of some entries, in their order; None for one that was written a moment ago and has none yet."""
    found = AuditLink.objects.in_bulk([entry.pk for entry in entries], field_name="entry_id")
    return [found.get(entry.pk) for entry in entries]


def _append(entries: list[Any], links: Any = AuditLink) -> None:
    last = links._default_manager.order_by("-number").first()
    number, previous = (last.number, last.digest) if last else (0, BEGINNING)
    made = []
    for entry in entries:
        number += 1
        digest = digest_of(number, previous, entry)
        made.append(links(number=number, entry_id=entry.pk, previous=previous, digest=digest))
        previous = digest
    links._default_manager.bulk_create(made)


def _pairs(first: int, last: int) -> Iterator[tuple[AuditLink, AuditEntry | None]]:
    """Links in their order with their entries, a bounded number of rows at a time."""
    for start in range(first, last + 1, _AT_ONCE):
        links = list(AuditLink.objects.filter(number__gte=start, number__lt=start + _AT_ONCE).order_by("number"))
        entries = AuditEntry.objects.in_bulk([link.entry_id for link in links])
        yield from ((link, entries.get(link.entry_id)) for link in links)


def _flaws(link: AuditLink, entry: AuditEntry | None, expected: str) -> Iterator[Flaw]:
    if link.previous != expected:
        yield Flaw(link.number, f"Entry {link.number} does not follow on the one before it.")
    if entry is None:
        yield Flaw(link.number, f"Entry {link.number} is missing.")
    elif digest_of(link.number, link.previous, entry) != link.digest:
        yield Flaw(link.number, f"Entry {link.number} has been changed since it was written.")


def _alone() -> None:
    """One process at a time makes links. On SQLite, whoever is in a transaction that writes is alone already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
