"""Call a function that a developer registered. Code is never typed into the canvas.

The function says itself what it does to the outside, and that is what the drawing is checked by. Developers register
one with `interlock_function`; see the guide on adding functions.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from runtime.core.expressions import Expr
from runtime.core.functions import find, functions
from runtime.core.node import Context, Done, Effect, Failed, Inputs, NodeKind, Outcome, Params
from runtime.nodes._values import Name, compute


def _known(name: str) -> str:
    if find(name) is None:
        known = ", ".join(functions())
        raise ValueError(f"No function is registered as “{name}”. Registered are: {known}.")
    return name


class PythonParams(Params):
    """Which function to call, and with what."""

    function: Annotated[
        str, Field(min_length=1, max_length=80, description="The registered function's name."), AfterValidator(_known)
    ]
    args: Annotated[
        dict[Name, Expr],
        Field(max_length=50, title="Arguments", description="A name and an expression for each argument."),
    ] = Field(default_factory=dict)


async def run(params: PythonParams, inputs: Inputs, context: Context) -> Outcome:
    """What the function returns."""
    arguments = compute(params.args, inputs)
    if isinstance(arguments, Failed):
        return arguments
    result = await context.python(params.function, arguments)
    return result if isinstance(result, Failed) else Done(result)


def effect(params: PythonParams) -> Effect:
    """What the function says of itself; a function that is gone could do anything."""
    function = find(params.function)
    return function.effect if function else "outward"


KIND = NodeKind(
    name="execute.python",
    title="Call a function",
    help=__doc__,
    icon="square-function",
    params=PythonParams,
    run=run,
    ports=lambda _params: ("done", "error"),
    effect=effect,
    example={"function": "interlock.fingerprint", "args": {"value": "input.email"}},
)
