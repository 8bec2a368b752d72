"""Let a language model write: a text, or an object that fits a schema.

An answer that does not fit is asked for again; when the attempts are used up, the step ends at `error`. What the model
wrote is not to be relied on before a verify or decide step has read it.

The connection `embedded` writes nothing by itself: it fills in the prompt and says so. With a line `---` in the prompt
only what stands below is used; for an object, lines `name: value` fill the schema's fields.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from runtime.core.expressions import Unknown
from runtime.core.node import (
    Context,
    Done,
    Failed,
    Inputs,
    JsonSchema,
    ModelAnswer,
    ModelRequest,
    NodeKind,
    Outcome,
    Params,
)
from runtime.core.templates import Template
from runtime.json_schemas import Schema, errors_of
from runtime.nodes._questions import Connection, ContextNode, Fence, ModelName, with_context
from runtime.nodes._values import not_computed


class PromptParams(Params):
    """Who is asked, and what."""

    connection: Connection
    model: ModelName = None
    system: Annotated[Template | None, Field(title="Role", description="Who the model is and how it writes.")] = None
    prompt: Annotated[Template, Field(min_length=1, description="What the model is to do.")]
    context: ContextNode = None
    output_schema: Annotated[
        Schema | None,
        Field(title="The answer", description="What the answer has to be; anything: the answer is a text."),
    ] = None
    temperature: Annotated[
        float | None, Field(ge=0, le=2, allow_inf_nan=False, description="How freely the model writes; empty: its own.")
    ] = None
    max_tokens: Annotated[
        int | None,
        Field(ge=1, le=1_000_000, title="Longest answer (tokens)", description="The longest answer, in tokens."),
    ] = None


async def run(params: PromptParams, inputs: Inputs, context: Context) -> Outcome:
    """What the model wrote, if it fits."""
    request = _request(params, inputs, context)
    if isinstance(request, Failed):
        return request
    answer = await context.model(request)
    if isinstance(answer, Failed):
        return answer
    return _fitting(params, answer)


def _request(params: PromptParams, inputs: Inputs, context: Context) -> ModelRequest | Failed:
    prompt = inputs.text(params.prompt)
    if isinstance(prompt, Unknown):
        return not_computed("prompt", prompt)
    system = "" if params.system is None else inputs.text(params.system)
    if isinstance(system, Unknown):
        return not_computed("system", system)
    shown = with_context(params.context, inputs)
    if isinstance(shown, Unknown):
        return not_computed("context", shown)
    fence = Fence(context)
    fenced = shown is not None
    return ModelRequest(
        connection=params.connection,
        prompt=f"{prompt}\n\n{fence.around('What is known', shown)}" if fenced else prompt,
        purpose="text" if params.output_schema is None else "object",
        system="\n\n".join(part for part in (system, fence.warning if fenced else "") if part),
        subject=prompt,
        model=params.model,
        schema=params.output_schema,
        temperature=params.temperature,
        max_tokens=params.max_tokens,
        timeout_s=context.timeout_s,
    )


def _fitting(params: PromptParams, answer: ModelAnswer) -> Outcome:
    if params.output_schema is None:
        if isinstance(answer.value, str) and answer.value.strip():
            return Done({"text": answer.value})
        return Failed("answer", "The model gave no text.", passing=True)
    errors = errors_of(params.output_schema, answer.value)
    if errors:
        sentence = "The model's answer does not fit the schema."
        return Failed("answer", sentence, passing=True, detail={"errors": errors[:10]})
    return Done(answer.value)


def output(params: PromptParams) -> JsonSchema:
    """The designer's schema, or an object with the text."""
    if params.output_schema is not None:
        return params.output_schema
    return {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


KIND = NodeKind(
    name="execute.prompt",
    title="Ask a model to write",
    help=__doc__,
    icon="sparkles",
    params=PromptParams,
    run=run,
    ports=lambda _params: ("done", "error"),
    effect=lambda _params: "reads",
    output=output,
    writes_freely=True,
    connection=lambda params: params.connection,
    example={
        "connection": "embedded",
        "system": "You write short, friendly, factual mails.",
        "prompt": "Thank {{ input.name }} for the message and offer a call of half an hour.\n---\n"
        "Dear {{ input.name }},\nthank you for your message. Would a call of half an hour suit you?",
    },
    examples=(
        {
            "connection": "default",
            "prompt": "Which product does this message ask for, and how many seats?\n{{ input.message }}",
            "output_schema": {
                "type": "object",
                "properties": {"product": {"type": "string"}, "seats": {"type": ["integer", "null"]}},
                "required": ["product", "seats"],
            },
            "temperature": 0.0,
        },
    ),
)
