"""Check assertions: sentences about the case that must be true.

A broken rule leads to `fail` or to `unsure`, as the rule says. A rule that cannot be evaluated, or gives neither true
nor false, leads to `unsure`. All rules are looked at; one certain failure outweighs every doubt.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from runtime.core.definition import Many
from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Context, Done, Inputs, NodeKind, Outcome, Params
from runtime.core.reasons import BROKEN, UNCLEAR
from runtime.nodes._values import Name, told_apart


class Rule(Params):
    """An assertion and what it means when it does not hold."""

    name: Annotated[Name, Field(description="What the rule is called where it is reported broken.")]
    holds: Annotated[Expr, Field(alias="assert", title="Must be true", description="What must be true.")]
    otherwise: Annotated[
        Literal["fail", "unsure"],
        Field(alias="else", title="If it is not", description="Where the case goes when it is not true."),
    ] = "fail"


class RulesParams(Params):
    """What must be true."""

    rules: Annotated[
        Many[Rule],
        Field(min_length=1, max_length=100, description="The rules; each is looked at."),
        told_apart("rules"),
    ]


def run(params: RulesParams, inputs: Inputs, _context: Context) -> Outcome:
    """Every rule that is broken or in doubt."""
    broken = [found for rule in params.rules if (found := _broken(rule, inputs))]
    ports = [found["leads_to"] for found in broken]
    port = "fail" if "fail" in ports else "unsure" if ports else "pass"
    listed: list[Json] = [*broken]
    return Done({"broken": listed}, port)


def _broken(rule: Rule, inputs: Inputs) -> dict[str, Json] | None:
    value = inputs.value(rule.holds)
    if value is True:
        return None
    if value is False:
        return {"name": rule.name, "reason": BROKEN, "leads_to": rule.otherwise}
    reason = value.reason if isinstance(value, Unknown) else "It gives neither true nor false."
    return {"name": rule.name, "reason": f"{UNCLEAR}: {reason}", "leads_to": "unsure"}


KIND = NodeKind(
    name="verify.rules",
    title="Check rules",
    help=__doc__,
    icon="list-checks",
    params=RulesParams,
    run=run,
    ports=lambda _params: ("pass", "fail", "unsure"),
    output=lambda _params: {
        "type": "object",
        "properties": {
            "broken": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string"},
                        "reason": {"type": "string"},
                        "leads_to": {"enum": ["fail", "unsure"]},
                    },
                    "required": ["leads_to", "name", "reason"],
                },
            }
        },
        "required": ["broken"],
    },
    example={
        "rules": [
            {"name": "at least one seat", "assert": "input.seats > 0", "else": "fail"},
            {"name": "no free mail address", "assert": "!input.email.endsWith('@gmail.com')", "else": "unsure"},
        ]
    },
)
