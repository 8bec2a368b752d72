"""Menders: for each code of a problem, what might help, the best first. Pure.

Called by `repairs` alone, which offers only what the check finds to help. One file holds the menders of one concern; a
code without a mender is in `docs/problems.md`, with the reason.
"""

from builder.menders import documents, names, promises, safety, tables, texts, ways
from builder.menders.proposals import Mender, Proposal, Proposals, Wrong

MENDERS: dict[str, Mender] = {
    **documents.MENDERS,
    **ways.MENDERS,
    **safety.MENDERS,
    **texts.MENDERS,
    **tables.MENDERS,
    **names.MENDERS,
    **promises.MENDERS,
}

__all__ = ["MENDERS", "Mender", "Proposal", "Proposals", "Wrong"]
