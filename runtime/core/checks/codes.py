"""Every code that a check can give, with its level and what it means.

Used by all checks (through `found`), by the docs and by the tests, which hold an example for each code.
"""

from __future__ import annotations

from dataclasses import dataclass

from runtime.core.problems import Level, Problem, problem


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of problem: errors refuse publishing, warnings do not."""

    level: Level
    help: str


CODES: dict[str, Code] = {
    "document.malformed": Code("error", "The document does not have the shape of a drawing."),
    "document.unknown_field": Code("error", "The document has a field that no drawing has."),
    "document.too_large": Code("error", "The document is too large or nested too deeply."),
    "document.duplicate_id": Code("error", "Two steps, two ways or two notes have the same id."),
    "document.reserved_id": Code("error", "A step has the id start, which belongs to the beginning of every drawing."),
    "document.unknown_kind": Code("error", "A step is of a kind that is not installed here."),
    "document.bad_config": Code("error", "What is filled in for a step does not fit its kind."),
    "document.edge_from_nowhere": Code("error", "A way begins at a step that does not exist."),
    "document.edge_to_nowhere": Code("error", "A way leads to a step that does not exist."),
    "document.edge_into_start": Code("error", "A way leads into the start."),
    "document.unknown_port": Code("error", "A way leaves a step by a port that the step does not have."),
    "document.bad_after_loop": Code("error", "A way waits for the end of a loop that does not leave the same port."),
    "document.asks_without_effect": Code("error", "A step that sends nothing is marked as only asking."),
    "document.bad_input_schema": Code("error", "The schema of the input is no JSON Schema."),
    "graph.unreachable": Code("error", "No case can ever come to a step."),
    "graph.open_port": Code("error", "A port leads nowhere, so a case would be stuck there."),
    "graph.no_outcome": Code("error", "From a step no outcome can be reached."),
    "graph.unbounded_loop": Code("error", "A way leads in a circle, and nothing says how often."),
    "graph.crooked_loop": Code("error", "A loop goes back to a step that not every case has passed."),
    "graph.loop_without_exit": Code("error", "Nothing says where a case goes when a loop is used up."),
    "graph.split_without_join": Code("error", "Parallel branches never come together, so a case could end twice."),
    "data.unknown_step": Code("error", "A step is read that does not exist."),
    "data.not_yet": Code("error", "A step is read that may not have run yet."),
    "data.no_item": Code("error", "The item of a list is read where there is none."),
    "data.unknown_field": Code("warning", "A value is read that the input or the step does not have."),
    "safety.uncertain_proceeds": Code(
        "error", "A doubtful or failed case can reach an outward action without a person."
    ),
    "safety.error_proceeds": Code(
        "error", "After an error an outward action can be reached with nobody having looked."
    ),
    "safety.doubt_beside": Code(
        "error", "An outward action can go ahead on one branch while its guard on another is in doubt."
    ),
    "safety.unchecked_output": Code("error", "What a model wrote can leave without a check that reads it."),
    "safety.ungated_action": Code("error", "No check, decision or person stands before an outward action."),
    "safety.self_grading": Code("warning", "What a model wrote is judged by the same model alone."),
    "safety.approve_on_timeout": Code("error", "When nobody answers in time, an outward action happens all the same."),
    "safety.asks_but_acts": Code(
        "error", "A step is marked as only asking, but it runs a workflow that may do more than that."
    ),
    "table.gap": Code("warning", "There are cases that no row of a decision table covers."),
    "table.overlap": Code("error", "Rows of a decision table contradict each other."),
    "table.unreached": Code("warning", "A row of a decision table is never reached, since one before it decides."),
    "table.too_large_to_prove": Code("warning", "A decision table is too large to prove that every case is covered."),
    "teaching.no_examples": Code("warning", "A step that learns from examples has too few to answer anything."),
    "people.no_owner": Code("warning", "A question to people belongs to no queue."),
    "people.no_due": Code("warning", "A question to people has no due time."),
    "promise.no_review": Code(
        "warning", "A gate with a promise earns no trust: no review offers its ways, or one leaves nothing to choose."
    ),
    "promise.not_blind": Code("warning", "A review tells what the gate chose before the person has answered."),
    "connection.missing": Code("warning", "A connection is used that the settings do not have."),
    "queue.missing": Code("warning", "A question goes to a queue that does not exist."),
    "workflow.missing": Code("warning", "A workflow, or a version of it, is run that is not published here."),
}


def found(
    code: str,
    message: str,
    suggestion: str,
    *,
    nodes: tuple[str, ...] = (),
    edges: tuple[str, ...] = (),
    path: tuple[str, ...] = (),
    level: Level | None = None,
) -> Problem:
    """A problem with the level of its code, unless the check knows better."""
    return problem(code, message, suggestion, level=level or CODES[code].level, nodes=nodes, edges=edges, path=path)
