"""Let a model choose, as far as it can be relied on; all other cases go to a person.

The confidence is a ranking score: the lowest of the signals that were asked for. The model's own word can lower it and
never makes it; a signal that is missing or no number from 0 to 1 makes the case `unsure`, and so does a choice that was
not offered. With a `promise` the gate is on probation: every case goes to a person until their answers have proven the
promise; from then on it decides what it is sure enough of, and people check some of that, too. A fixed `cutoff` decides
without proof, and is shown as unproven; with neither, every case goes to a person.

The connection `embedded` learns from the choices' examples; its signal is the probability that it gives to the choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from runtime.core.confidence import unit
from runtime.core.definition import Many
from runtime.core.expressions import Json, Unknown
from runtime.core.node import (
    Context,
    Done,
    Failed,
    GateQuestion,
    GateVerdict,
    Inputs,
    ModelAnswer,
    ModelRequest,
    NodeKind,
    Option,
    Outcome,
    Params,
    Untaught,
)
from runtime.core.templates import Template
from runtime.nodes._checked import checked_before
from runtime.nodes._questions import (
    Connection,
    ContextNode,
    Fence,
    ModelName,
    Share,
    in_doubt,
    subject_of,
    with_context,
)
from runtime.nodes._values import UNSURE, Name, refuse_repeats, told_apart

type Source = Literal["logprob", "agreement", "judge", "self"]

_SYSTEM = "You choose among given options by the facts alone. If the facts do not settle it, your confidence is low."
_JUDGE = "You check a choice that somebody else has made. In doubt, the score is low."
_RUBRIC = "1: the facts clearly support the choice and no other one. 0: they support another one, or do not settle it."


class ModelChoice(Params):
    """One of the ways; also a port."""

    name: Annotated[Name, Field(description="The name of the way and of its port.")]
    description: Annotated[str, Field(max_length=2_000, description="When this is the right choice.")] = ""
    examples: Annotated[
        Many[Annotated[str, Field(min_length=1, max_length=4_000)]],
        Field(max_length=500, description="Texts for which it is; the embedded classifier learns from them."),
    ] = ()


class Promise(Params):
    """What the gate is to prove: at most `max_error` of its own decisions are wrong, with this confidence."""

    max_error: Annotated[
        float,
        Field(
            gt=0,
            lt=1,
            allow_inf_nan=False,
            title="Largest share that may be wrong",
            description="The share of its own decisions that may be wrong.",
        ),
    ] = 0.05
    confidence: Annotated[
        float,
        Field(
            gt=0,
            lt=1,
            allow_inf_nan=False,
            title="How sure the proof has to be",
            description="How sure the proof has to be.",
        ),
    ] = 0.95


class Judge(Params):
    """Who is asked for a second view; empty fields: as the first."""

    connection: Annotated[Connection | None, Field(description="The connection to ask; empty: the same.")] = None
    model: ModelName = None


class ModelParams(Params):
    """What is to be chosen, by whom, and how sure it has to be."""

    connection: Connection
    model: ModelName = None
    question: Annotated[Template, Field(min_length=1, description="What is to be decided.")]
    context: ContextNode = None
    choices: Annotated[
        Many[ModelChoice], Field(min_length=2, max_length=50, description="The ways."), told_apart("choices", UNSURE)
    ]
    confidence: Annotated[
        Many[Source],
        Field(
            min_length=1,
            max_length=4,
            title="Signals of confidence",
            description="The signals; each of them must be there.",
        ),
    ] = ("logprob", "self")
    samples: Annotated[
        int, Field(ge=2, le=20, title="Times asked", description="How often it is asked, for the signal agreement.")
    ] = 3
    judge: Annotated[
        Judge, Field(title="Second view", description="Who gives the second view, for the signal judge.")
    ] = Judge()
    promise: Annotated[Promise | None, Field(description="What the gate has to prove before it decides.")] = None
    cutoff: Annotated[
        Share | None, Field(title="Decides from this score", description="Decide from this score on, without proof.")
    ] = None
    audit: Annotated[
        Share | None,
        Field(
            title="Share that people check",
            description="The share of automatic decisions that people check;"
            " at least 1 in 1,000, whatever stands here.",
        ),
    ] = None

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        refuse_repeats(self.confidence, "signals")
        return self

    @property
    def gate(self) -> Literal["probation", "unproven"]:
        """How far the gate is trusted."""
        return "unproven" if self.promise is None else "probation"

    @property
    def untaught(self) -> Untaught | None:
        """What the embedded classifier lacks to choose anything."""
        taught = sum(any(text.strip() for text in choice.examples) for choice in self.choices)
        lacks = self.connection == "embedded" and taught < 2
        return Untaught("examples of two choices at least", "choices") if lacks else None


@dataclass(frozen=True, slots=True)
class Confidence:
    """The score of a decision, or why there is none."""

    score: float | None
    reason: str = ""


async def run(params: ModelParams, inputs: Inputs, context: Context) -> Outcome:
    """The choice, at its own port if the gate lets it, else at `unsure`."""
    request = _request(params, inputs, context)
    if isinstance(request, Unknown):
        return _unsure(params, f"The question could not be put: {request.reason}")
    answer = await context.model(request)
    if isinstance(answer, Failed):
        return in_doubt(answer, _unsure(params, answer.message))
    if answer.value not in [choice.name for choice in params.choices]:
        reason = "The model chose nothing that was offered."
        gated = params.promise is not None
        return await _promised(params, None, answer, {}, inputs, context) if gated else _unsure(params, reason)
    signals = _valid(answer.signals)
    if "judge" in params.confidence:
        judged = await _judged(params, request, answer, context)
        if isinstance(judged, Failed):
            return in_doubt(judged, _unsure(params, judged.message))
        signals |= _valid({"judge": judged})
    if params.promise is not None:
        return await _promised(params, str(answer.value), answer, signals, inputs, context)
    return _decided(params, str(answer.value), signals)


def score_of(sources: tuple[Source, ...], signals: Mapping[str, float]) -> Confidence:
    """The lowest of the signals that were asked for, lowered by the model's own word and by strangeness.

    The embedded classifier's `probability` stands for all that only a language model can give.
    """
    wanted = _wanted(sources, signals)
    missing = [source for source in wanted if source not in signals]
    if missing:
        return Confidence(None, f"The signal “{missing[0]}” is missing or no number from 0 to 1.")
    evidence = [source for source in (*wanted, "probability") if source != "self" and source in signals]
    if not evidence:
        return Confidence(None, "The model's own word alone is no evidence.")
    counted = {*evidence, *wanted, "familiar"} & set(signals)
    return Confidence(min(signals[name] for name in counted))


def asked_about(params: ModelParams, inputs: Inputs) -> str | Unknown:
    """The text that the choice is about: what an example of a choice would be made of."""
    question, shown = inputs.text(params.question), with_context(params.context, inputs)
    if isinstance(question, Unknown):
        return question
    return shown if isinstance(shown, Unknown) else subject_of(params.question, question, shown)


def _decided(params: ModelParams, choice: str, signals: dict[str, float]) -> Done:
    found = score_of(params.confidence, signals)
    if found.score is None:
        return _unsure(params, found.reason, choice, signals)
    if params.cutoff is None:
        reason = "The gate has neither a promise nor a cut-off: every case goes to a person."
    elif found.score < params.cutoff:
        reason = f"The score {found.score:.2f} lies below the cut-off {params.cutoff:.2f}."
    else:
        return Done(_output(params, choice, found.score, signals, ""), choice)
    return Done(_output(params, choice, found.score, signals, reason), "unsure")


async def _promised(
    params: ModelParams,
    choice: str | None,
    answer: ModelAnswer,
    signals: dict[str, float],
    inputs: Inputs,
    context: Context,
) -> Done:
    """What the gate lets the choice do. A gate that cannot be asked lets nothing through."""
    verdict = await context.gate(_question(params, choice, answer, signals, inputs))
    if isinstance(verdict, Failed):
        return _unsure(params, verdict.message, choice, signals)
    output = _output(params, choice, verdict.score, signals, verdict.reason, verdict)
    return Done(output, choice if verdict.proceed and choice is not None else "unsure")


def _question(
    params: ModelParams, choice: str | None, answer: ModelAnswer, signals: Mapping[str, float], inputs: Inputs
) -> GateQuestion:
    promise = params.promise or Promise()
    judges = [params.judge.connection or params.connection] if "judge" in params.confidence else []
    checked = checked_before(inputs.checks)
    # Without a score of its own the case has none for the gate either, whatever else is known of it.
    known = {} if score_of(params.confidence, signals).score is None else {**signals, **checked.signals}
    return GateQuestion(
        answer=choice,
        choices=tuple(each.name for each in params.choices),
        signals=known,
        names=(*_names(params, answer), *checked.names),
        max_error=promise.max_error,
        confidence=promise.confidence,
        audit=params.audit,
        novelty=checked.novelty,
        familiar_at=checked.familiar_at,
        basis=params.model_dump(mode="json", exclude={"promise", "cutoff", "audit"}),
        connections=tuple(dict.fromkeys([params.connection, *judges])),
    )


def _names(params: ModelParams, answer: ModelAnswer) -> tuple[str, ...]:
    """The signals that the gate scores by: the same for every answer from the same place, good or broken."""
    others = (name for name in ("probability", "familiar") if name in answer.signals)
    return tuple(dict.fromkeys([*_wanted(params.confidence, answer.signals), *others]))


def _wanted(sources: tuple[Source, ...], signals: Mapping[str, object]) -> list[str]:
    """The signals that have to be there: all that were asked for, as far as who answered can give them."""
    return [source for source in sources if source == "judge"] if "probability" in signals else list(sources)


def _request(params: ModelParams, inputs: Inputs, context: Context) -> ModelRequest | Unknown:
    question = inputs.text(params.question)
    shown = with_context(params.context, inputs)
    if isinstance(question, Unknown):
        return question
    if isinstance(shown, Unknown):
        return shown
    fence = Fence(context)
    facts = "" if shown is None else f"\n\n{fence.around('The facts', shown)}"
    return ModelRequest(
        connection=params.connection,
        prompt=f"{question}{facts}",
        purpose="choice",
        system=f"{_SYSTEM}\n\n{fence.warning}",
        subject=subject_of(params.question, question, shown),
        model=params.model,
        options=tuple(Option(each.name, each.description, each.examples) for each in params.choices),
        logprobs="logprob" in params.confidence,
        samples=params.samples if "agreement" in params.confidence else 1,
        timeout_s=context.timeout_s,
    )


async def _judged(
    params: ModelParams, asked: ModelRequest, answer: ModelAnswer, context: Context
) -> float | Failed | None:
    chosen = next(choice for choice in params.choices if choice.name == answer.value)
    others = "\n".join(f"- {choice.name}: {choice.description}" for choice in params.choices)
    made = f"The options were:\n{others}\n\nThe choice: {chosen.name}\n\nThe rubric: {_RUBRIC}"
    second = await context.model(
        ModelRequest(
            connection=params.judge.connection or params.connection,
            prompt=f"{asked.prompt}\n\n{made}",
            purpose="score",
            system=f"{_JUDGE}\n\n{Fence(context).warning}",
            subject=asked.subject,
            model=params.judge.model,
            options=_for_and_against(params, chosen),
            timeout_s=context.timeout_s,
        )
    )
    if isinstance(second, Failed):
        return second
    return unit(second.value.get("score")) if isinstance(second.value, dict) else None


def _for_and_against(params: ModelParams, chosen: ModelChoice) -> tuple[Option, ...]:
    against = tuple(text for each in params.choices if each is not chosen for text in each.examples)
    return Option("right", chosen.description, chosen.examples), Option("wrong", "", against)


def _valid(signals: Mapping[str, object]) -> dict[str, float]:
    numbers = {name: unit(value) for name, value in signals.items()}
    return {name: number for name, number in numbers.items() if number is not None}


def _unsure(
    params: ModelParams, reason: str, choice: str | None = None, signals: dict[str, float] | None = None
) -> Done:
    return Done(_output(params, choice, None, signals or {}, reason), "unsure")


def _output(
    params: ModelParams,
    choice: str | None,
    score: float | None,
    signals: dict[str, float],
    reason: str,
    verdict: GateVerdict | None = None,
) -> Json:
    shown: dict[str, Json] = {**signals}
    gate = verdict.state if verdict else params.gate
    return {"choice": choice, "confidence": score, "signals": shown, "gate": gate, "reason": reason}


KIND = NodeKind(
    name="decide.model",
    title="Let a model decide",
    help=__doc__,
    icon="brain",
    params=ModelParams,
    run=run,
    ports=lambda params: (*(choice.name for choice in params.choices), "unsure"),
    effect=lambda _params: "reads",
    output=lambda params: {
        "type": "object",
        "properties": {
            "choice": {"enum": [*(choice.name for choice in params.choices), None]},
            "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "signals": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1}},
            "gate": {"enum": ["unproven", "probation", "proven", "broken"]},
            "reason": {"type": "string"},
        },
        "required": ["choice", "confidence", "gate", "reason", "signals"],
    },
    connection=lambda params: params.connection,
    example={
        "connection": "embedded",
        "question": "What does this message want? {{ input.message }}",
        "choices": [
            {"name": "buy", "examples": ["Please send us a quote.", "We would like to see a demo for our team."]},
            {"name": "support", "examples": ["I cannot log in any more.", "The export button does not work."]},
        ],
        "cutoff": 0.7,
    },
    examples=(
        {
            "connection": "default",
            "question": "May this refund be paid without a person looking at it? {{ input.reason }}",
            "choices": [{"name": "pay", "description": "The rules allow it."}, {"name": "decline"}],
            "confidence": ["logprob", "agreement", "judge", "self"],
            "promise": {"max_error": 0.02, "confidence": 0.95},
        },
    ),
)
