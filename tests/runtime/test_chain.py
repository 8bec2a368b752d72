"""The chain of the audit log: what is changed, taken out or cut off is seen; deeds never wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from typing import cast

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.state import StateApps

from runtime import audit, chain
from runtime.models import AuditEntry, AuditLink
from runtime.sealing import SealedError, reseal
from tests.makers.cases import NOW

committed = pytest.mark.django_db(transaction=True)


def deeds(count: int) -> None:
    for number in range(count):
        audit.record("ada", "queue.saved", f"queue:{number}", NOW + timedelta(seconds=number), {"b": 1, "a": [number]})


def unsealed(statement: str) -> None:
    """What somebody does who has the database to himself."""
    with connection.cursor() as cursor:
        for table in ("runtime_auditentry", "runtime_auditlink"):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_sealed{on}")
        cursor.execute(statement)


@pytest.fixture
def sealed_again() -> Iterator[None]:
    """Tests that break the seal mend it: the tables outlive them."""
    yield
    with connection.schema_editor() as editor:
        reseal("runtime_auditentry", "runtime_auditlink").code(cast("StateApps", apps), editor)


@committed
def test_each_entry_holds_the_digest_of_its_predecessor() -> None:
    deeds(3)
    links = list(AuditLink.objects.order_by("number"))
    assert [link.previous for link in links] == [chain.BEGINNING, links[0].digest, links[1].digest]
    assert chain.verify() == chain.Verified(3, links[2].digest)


@committed
def test_a_deed_that_is_taken_back_leaves_no_link() -> None:
    with transaction.atomic():
        deeds(1)
        transaction.set_rollback(True)
    assert not AuditLink.objects.exists()
    assert chain.verify().looked_at == 0


@committed
@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE runtime_auditentry SET actor = 'eve' WHERE target = 'queue:2'", "Entry 3 has been changed"),
        ("UPDATE runtime_auditentry SET data = '{}' WHERE target = 'queue:0'", "Entry 1 has been changed"),
        ("DELETE FROM runtime_auditentry WHERE target = 'queue:4'", "Entry 5 is missing"),
        ("DELETE FROM runtime_auditlink WHERE number = 2", "Entries 2 to 2 have been taken out"),
        ("DELETE FROM runtime_auditlink WHERE number = 1", "Entries 1 to 1 have been taken out"),
        ("UPDATE runtime_auditlink SET previous = digest WHERE number = 4", "Entry 4 does not follow"),
    ],
)
def test_whatever_is_changed_is_named(statement: str, told: str, sealed_again: None) -> None:
    deeds(5)
    unsealed(statement)
    assert told in " ".join(flaw.detail for flaw in chain.verify().flaws)
    assert chain.verify(most=5).flaws


@committed
def test_an_end_that_was_cut_off_is_seen_by_the_fingerprint_that_was_noted(sealed_again: None) -> None:
    deeds(3)
    noted = chain.newest()
    unsealed("DELETE FROM runtime_auditlink WHERE number = 3")
    unsealed("DELETE FROM runtime_auditentry WHERE target = 'queue:2'")
    assert not chain.verify().flaws
    with pytest.raises(CommandError, match="noted fingerprint is not in the chain"):
        call_command("verify_audit", noted=noted)


@committed
def test_the_command_says_that_all_is_well_and_what_to_note_down() -> None:
    deeds(2)
    told = StringIO()
    call_command("verify_audit", stdout=told, noted=chain.newest())
    assert told.getvalue().splitlines() == [
        "2 entries, none changed or missing.",
        f"Newest fingerprint: {chain.newest()}",
    ]


@committed
def test_the_command_names_what_was_changed(sealed_again: None) -> None:
    deeds(2)
    unsealed("UPDATE runtime_auditentry SET action = 'x' WHERE target = 'queue:0'")
    with pytest.raises(CommandError, match=r"not what was written\.\nEntry 1 has been changed"):
        call_command("verify_audit")


@committed
def test_the_newest_links_can_be_looked_at_alone() -> None:
    deeds(5)
    found = chain.verify(most=2)
    assert (found.looked_at, found.whole, found.flaws) == (2, False, ())


@pytest.mark.django_db
def test_entries_whose_process_died_are_linked_by_the_next_one_or_by_the_command() -> None:
    deeds(3)  # In a test that never commits, nothing links them.
    assert not AuditLink.objects.exists()
    chain.extend(AuditEntry.objects.latest("pk").pk)
    assert AuditLink.objects.count() == 3
    deeds(2)
    assert chain.catch_up() == 2
    assert chain.catch_up() == 0
    assert chain.verify().looked_at == 5


@pytest.mark.django_db
def test_an_entry_that_commits_after_a_newer_one_is_linked_behind_it() -> None:
    deeds(3)
    first, second, third = AuditEntry.objects.order_by("pk")
    AuditLink.objects.bulk_create([AuditLink(number=1, entry_id=third.pk, previous=chain.BEGINNING, digest="0")])
    for entry in (second, first, second):
        chain.extend(entry.pk)
    order = list(AuditLink.objects.order_by("number").values_list("entry_id", flat=True))
    assert order == [third.pk, second.pk, first.pk]


@committed
def test_deeds_at_the_same_time_make_one_chain() -> None:
    def some(_: int) -> None:
        try:
            deeds(4)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(some, range(4)))
    found = chain.verify()
    assert (found.looked_at, found.flaws) == (16, ())


@committed
def test_links_are_sealed() -> None:
    deeds(1)
    link = AuditLink.objects.get()
    with pytest.raises(SealedError):
        link.save()
    with pytest.raises(Exception, match="sealed"):
        AuditLink.objects.update(digest="0")
