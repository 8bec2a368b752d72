"""Checks of what a gate with a promise needs to earn trust: answers of people that name its ways, unaware of its own.

Called by `check_document`. All are warnings: without it nothing goes wrong, but the gate stays on probation for ever,
or longer than it need be, and every case goes to a person. What a review would show of the gate's answer is hidden at
run time (`core.blind`).
"""

from __future__ import annotations

from collections.abc import Iterator

from runtime.core import blind
from runtime.core.blind import Promised
from runtime.core.checks.codes import found
from runtime.core.drawing import Drawing
from runtime.core.problems import Problem


def problems(drawing: Drawing) -> Iterator[Problem]:
    """What keeps the promise gates from being proven."""
    if drawing.graph.unbounded_cycles:
        return
    for gate in blind.promised(drawing):
        # While the port leads nowhere, that is the problem.
        if gate.behind or any(edge.port == blind.UNSURE for edge in drawing.graph.outgoing.get(gate.node, ())):
            yield from _no_review(drawing, gate)
            yield from _not_blind(drawing, gate)


def _no_review(drawing: Drawing, gate: Promised) -> Iterator[Problem]:
    reviews = sorted(gate.behind, key=lambda node: drawing.place[node])
    missing = [[way for way in gate.ways if way not in blind.offered(drawing, node)] for node in reviews]
    if any(not each for each in missing):
        yield from _one_answer(drawing, gate, reviews)
        return
    name = drawing.title(gate.node)
    if not reviews:
        message = f"Nobody is asked behind “unsure” of “{name}”, so it can never earn the trust that it promises."
        suggestion = f"Lead “unsure” to a review that offers {_named(gate.ways)} by these names."
        yield found("promise.no_review", message, suggestion, nodes=(gate.node,))
        return
    least, nearest = min(zip(missing, reviews, strict=True), key=lambda pair: len(pair[0]))
    review = drawing.title(nearest)
    message = f"No review behind “unsure” of “{name}” offers all of its ways, so it can never be held against people."
    suggestion = f"Offer {_named(tuple(least))} in “{review}” too, by the same names."
    path = ("nodes", str(drawing.place[nearest]), "config", "choices")
    yield found("promise.no_review", message, suggestion, nodes=(gate.node, nearest), path=path)


def _one_answer(drawing: Drawing, gate: Promised, reviews: list[str]) -> Iterator[Problem]:
    """Reviews that leave nothing to choose, with which a case can end, or its secret, before anybody has judged it."""
    judging = {node for node in reviews if blind.judges(drawing, node, gate)}
    unsure = [edge for edge in drawing.graph.outgoing.get(gate.node, ()) if edge.port == blind.UNSURE]
    for node in reviews:
        answers = blind.offered(drawing, node)
        if len(answers) != 1 or drawing.graph.route(unsure, {node}, {*judging, gate.node}) is None:
            continue
        answered = [edge for edge in drawing.graph.outgoing.get(node, ()) if edge.port in answers]
        if answers & set(gate.ways) or drawing.graph.route(answered, drawing.graph.outcomes, {*judging, gate.node}):
            yield _nothing_to_choose(drawing, gate.node, node)


def _nothing_to_choose(drawing: Drawing, gate: str, review: str) -> Problem:
    name, asked = drawing.title(gate), drawing.title(review)
    message = f"“{asked}” offers one answer only: what people say there tells nothing of what “{name}” chose."
    suggestion = f"Offer all ways of “{name}” in “{asked}”, or lead its “unsure” to a review that does first."
    choices = ("choices",) if "choices" in drawing.graph.nodes[review].config else ()
    path = ("nodes", str(drawing.place[review]), "config", *choices)
    return found("promise.no_review", message, suggestion, nodes=(gate, review), path=path)


def _not_blind(drawing: Drawing, gate: Promised) -> Iterator[Problem]:
    for node in sorted(gate.settles, key=lambda each: drawing.place[each]):
        name, review = drawing.title(gate.node), drawing.title(node)
        if any(read.path == ("question",) for read in blind.revealing(drawing, node, (gate,))):
            message = f"The question of “{review}” tells what “{name}” chose, so it is asked with a gap."
            suggestion = f"Ask without it: people answer first, and then see what “{name}” had said."
            path = ("nodes", str(drawing.place[node]), "config", "question")
            yield found("promise.not_blind", message, suggestion, nodes=(node,), path=path)
        if node in gate.given_away:
            message = (
                f"Whether “{review}” is asked depends on what “{name}” chose, or another workflow is told it before, so"
                " its answers earn no trust."
            )
            suggestion = f"Lead “unsure” of “{name}” to one review first, whatever it leans to."
            yield found("promise.not_blind", message, suggestion, nodes=(gate.node, node))


def _named(ways: tuple[str, ...]) -> str:
    shown = [f"“{way}”" for way in ways[:6]] + (["the others"] if len(ways) > 6 else [])
    return " and ".join((", ".join(shown[:-1]), shown[-1]) if len(shown) > 1 else shown)
