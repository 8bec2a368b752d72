"""Menders of what is unsafe: a review on the way, a review before the action, an end where nobody answered."""

from __future__ import annotations

from builder import mending
from builder.menders.proposals import Mender, Proposal, Proposals, Wrong
from builder.mending import Json


def _review_on_way(wrong: Wrong) -> Proposals:
    """A review on the way; nearest to the doubt first, for there it stops the most."""
    for edge_id in wrong.problem.edges:
        edge = mending.edge_of(wrong.document, edge_id)
        if edge is None or edge.get("loop"):
            continue
        for known in _reviews_of(wrong, edge):
            redirected = mending.changed_edge(wrong.document, edge_id, to=known["id"])
            yield Proposal(f"Lead it through “{mending.title_of(known)}” as well", redirected, alone=True)
        at = mending.between(wrong.document, edge["from"], edge["to"])
        mended, review = mending.reviewed(wrong.document, at, edge["to"], queue=wrong.queue())
        yield Proposal("Insert a review here", mending.changed_edge(mended, edge_id, to=review), alone=True)


def _reviews_of(wrong: Wrong, edge: Json) -> list[Json]:
    """The reviews there are already that lead on to where this way leads."""
    leading = {each["from"] for each in wrong.document["edges"] if each["to"] == edge["to"]}
    return [each for each in mending.people(wrong.document) if each["id"] in leading - {edge["from"]}]


def _end_on_silence(wrong: Wrong) -> Proposals:
    edge = wrong.edge
    if edge:
        cut = mending.without_edges(wrong.document, [edge["id"]])
        ended = mending.ended(cut, edge["from"], [edge["port"]])
        yield Proposal("End the case when nobody answers", ended, alone=True)
        at = mending.between(wrong.document, edge["from"], edge["to"])
        asked, review = mending.reviewed(wrong.document, at, edge["to"], queue=wrong.queue())
        yield Proposal("Ask somebody else then", mending.changed_edge(asked, edge["id"], to=review))


def _review_before(wrong: Wrong) -> Proposals:
    """A review before the action; it shows what a model wrote, where that is the problem."""
    action = mending.node_of(wrong.document, wrong.problem.nodes[-1]) if wrong.problem.nodes else None
    if action is None:
        return
    written = f"steps.{wrong.node}.output"
    shown = [{"What was written": written}, {"What was written": f"has({written}) ? {written} : null"}]
    for show in shown if wrong.problem.code == "safety.unchecked_output" else [{}]:
        label = f"Insert a review before “{mending.title_of(action)}”"
        yield Proposal(label, _before(wrong, action, show), alone=True)


def _before(wrong: Wrong, action: Json, show: dict[str, str]) -> Json:
    x, y = mending.place_of(wrong.document, action["id"])
    at = (x - mending.GAP / 2, y - 120)
    mended, review = mending.reviewed(wrong.document, at, action["id"], show, queue=wrong.queue())
    for edge in wrong.document["edges"]:
        if edge["to"] == action["id"] and not edge.get("loop"):
            mended = mending.changed_edge(mended, edge["id"], to=review)
    return mended


def _review_beside(wrong: Wrong) -> Proposals:
    """Before each outward action that goes ahead, the last first; else where the branch with the action begins."""
    actions = [node for node in reversed(wrong.problem.nodes) if wrong.drawing.commits(node)]
    for node in dict.fromkeys(actions):
        action = mending.node_of(wrong.document, node)
        if action:
            label = f"Insert a review before “{mending.title_of(action)}”"
            yield Proposal(label, _before(wrong, action, {}), alone=True)
    yield from _waiting(wrong, actions)


def _waiting(wrong: Wrong, actions: list[str]) -> Proposals:
    """The way that settles the doubt leads into the action as well, which then waits for it."""
    for edge in wrong.document["edges"]:
        if actions and edge["from"] in {each["id"] for each in mending.people(wrong.document)} and not edge.get("loop"):
            label = f"Let “{wrong.title(actions[0])}” wait for “{wrong.title(edge['from'])}”"
            yield Proposal(label, mending.changed_edge(wrong.document, edge["id"], to=actions[0]))


def _no_mark(wrong: Wrong) -> Proposals:
    """A fixed version that only asks; else the mark is wrong, and then the step has to be safe as an action."""
    node = mending.node_of(wrong.document, wrong.node)
    called = (wrong.around.workflows or {}).get(str((node or {}).get("config", {}).get("workflow")))
    for version in sorted(called.harmless, reverse=True)[:1] if node and called else ():
        config = {**node.get("config", {}), "version": version} if node else {}
        fixed = mending.changed_node(wrong.document, wrong.node, config=config)
        yield Proposal(f"Always run version {version}, which only asks", fixed)
    yield Proposal("Take the mark away", mending.changed_node(wrong.document, wrong.node, asks=None))


MENDERS: dict[str, Mender] = {
    "safety.approve_on_timeout": _end_on_silence,
    "safety.asks_but_acts": _no_mark,
    "safety.doubt_beside": _review_beside,
    "safety.error_proceeds": _review_on_way,
    "safety.unchecked_output": _review_before,
    "safety.uncertain_proceeds": _review_on_way,
    "safety.ungated_action": _review_before,
}
