"""`manage.py verify_gates`: whether every gate is what its ledger says, decision by decision."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from runtime.gates.verifying import flaws_of
from runtime.models import Gate


class Command(BaseCommand):
    """Works while a server runs on the same data. Ends with 1 where a gate differs from its ledger."""

    help = "Recompute every gate from its ledger, and compare it with what is stored."

    def handle(self, *_args: object, **_options: object) -> None:
        """Look at every epoch of every gate, also those that are over."""
        try:
            gates = list(Gate.objects.order_by("workflow", "node", "epoch").values_list("pk", flat=True))
            flaws = [flaw for gate in gates for flaw in flaws_of(gate)]
        except DatabaseError as failure:
            raise CommandError(f"The database could not be used (is DATA right?): {failure}") from None
        if flaws:
            raise CommandError("\n".join(["Some gates are not what their ledgers say.", *flaws]))
        self.stdout.write(f"{len(gates)} epochs of gates, each as its ledger says.")
