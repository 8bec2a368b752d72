"""The mender of gates that can never earn trust: a review behind them offers their ways too. Pure."""

from __future__ import annotations

from builder import mending
from builder.menders.proposals import Mender, Proposal, Proposals, Wrong


def _offered(wrong: Wrong) -> Proposals:
    """The review offers what it lacks of the gate's ways, and each leads where the gate itself would have led."""
    gate, review = wrong.problem.nodes[0], mending.node_of(wrong.document, wrong.problem.nodes[-1])
    if review is None or review["kind"] != "escalate.review" or review["id"] == gate:
        return
    config = review.get("config", {})
    known = {choice.get("name") for choice in config.get("choices") or ()}
    ways = [edge for edge in wrong.document["edges"] if edge["from"] == gate]
    missing = [edge for edge in ways if edge["port"] not in {*known, "unsure", "error"} and not edge.get("loop")]
    choices = [*(config.get("choices") or ()), *({"name": name} for name in dict.fromkeys(e["port"] for e in missing))]
    document = mending.changed_node(wrong.document, review["id"], config={**config, "choices": choices})
    for edge in missing:
        document = mending.joined(document, review["id"], edge["port"], edge["to"])
    yield Proposal(f"Offer the same ways in “{mending.title_of(review)}”", document)


MENDERS: dict[str, Mender] = {"promise.no_review": _offered}
"""What is told before an answer is for its author to say otherwise."""
