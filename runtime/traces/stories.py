"""Why a step went the way it went, in one sentence for people who are not programmers.

Called by `reading` for each visit of a node. It reads what the step left in the journal and guesses nothing: where the
output does not say more, the sentence is plain. It knows no database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runtime.core.reasons import UNCLEAR
from runtime.nodes.verify_agreement import DEFAULT_AT_LEAST

type Told = Mapping[str, Any]

MOST = 3


def why(kind: str, port: str | None, output: Any, config: Told) -> str:
    """A sentence on the way that was taken. `output` is whatever the journal holds, of any shape."""
    known: Told = output if isinstance(output, Mapping) else {}
    if port == "error":
        return _error(known)
    if port == "overdue":
        return "Nobody answered in time."
    teller = _TELLERS.get(kind) or _TELLERS.get(kind.partition(".")[0])
    return teller(port or "", known, config) if teller else ""


def held_back(calls: Any) -> str:
    """What a step of a try-out did not send, from the calls in its journal; empty where it held nothing back."""
    found = [each["held_back"] for each in _maps(calls) if isinstance(each.get("held_back"), Mapping)]
    if not found:
        return ""
    return f"Held back, because this is a try-out: {_joined([_unsent(each) for each in found])}. Nothing was sent."


def _unsent(what: Told) -> str:
    subject = _text(what.get("subject"))
    if "to" in what:
        return f"a mail to {_text(what['to'])}" + (f", “{subject}”" if subject else "")
    if "url" in what:
        return f"the call {_text(what.get('method'))} {_text(what['url'])}"
    return f"the function {_text(what.get('function'))}"


def failure(error: Any) -> str:
    """A sentence on an error as a step or a run leaves it: `{"code", "message", "detail"}`."""
    known = error if isinstance(error, Mapping) else {}
    message = _text(known.get("message")) or _text(known.get("reason"))
    return _sentence(message) if message else "It failed, and left no message."


def stopped(error: Any) -> str:
    """Why a step is not finished though its run has ended: a person may have failed it, and said why."""
    known = error if isinstance(error, Mapping) else {}
    if not _text(known.get("by")):
        return "The run ended before this step did."
    comment = _text(known.get("comment"))
    return f"{_text(known['by'])} failed the run here. {failure(known)}" + (
        f" They wrote: “{comment}”" if comment else ""
    )


def _error(output: Told) -> str:
    error = output.get("error")
    return f"It could not be done: {failure(error if isinstance(error, Mapping) else output)}"


def _execute(_port: str, _output: Told, _config: Told) -> str:
    return ""


def _prompt(_port: str, _output: Told, _config: Told) -> str:
    return "The answer has the form that was asked for."


def _http(_port: str, output: Told, _config: Told) -> str:
    return f"The other side answered {output['status']}." if "status" in output else ""


def _email(_port: str, output: Told, _config: Told) -> str:
    if not output.get("message_id"):
        return ""
    return "The mail is in the outbox; with a mail connection it was sent from there."


def _verify(port: str, _output: Told, _config: Told) -> str:
    return {
        "pass": "It passed.",
        "fail": "It did not pass.",
        "unsure": "It could not be told whether it passes.",
    }.get(port, "")


def _quality(port: str, output: Told, config: Told) -> str:
    issues = [_text(issue.get("message") or issue.get("code")) for issue in _maps(output.get("issues"))]
    return _listed(issues) or ("Complete and well formed." if port == "pass" else _verify(port, output, config))


def _schema(port: str, output: Told, config: Told) -> str:
    errors = output.get("errors")
    found = errors if isinstance(errors, list) else []
    texts = [_text(error.get("message") if isinstance(error, Mapping) else error) for error in found]
    return _listed(texts) or ("It has the form that is expected." if port == "pass" else _verify(port, output, config))


def _rules(port: str, output: Told, config: Told) -> str:
    found = output.get("broken")
    rules = [
        rule if isinstance(rule, Mapping) else {"name": rule} for rule in (found if isinstance(found, list) else [])
    ]
    broken = _names([rule for rule in rules if not _is_open(rule)])
    unclear = _names([rule for rule in rules if _is_open(rule)])
    told = [f"Rule{'s' if len(broken) > 1 else ''} broken: {_joined(broken)}."] if broken else []
    told += [f"Could not be worked out: {_joined(unclear)}."] if unclear else []
    return " ".join(told) or ("Every rule is kept." if port == "pass" else _verify(port, output, config))


def _names(rules: list[Told]) -> list[str]:
    return [f"“{_text(rule['name'])}”" for rule in rules if _text(rule.get("name"))]


def _is_open(rule: Told) -> bool:
    """Whether a rule is reported because it could not be worked out."""
    return _text(rule.get("reason")).startswith(UNCLEAR)


def _judge(port: str, output: Told, config: Told) -> str:
    score = output.get("score")
    if not _is_number(score):
        return _verify(port, output, config)
    limits = f"passes at {_number(config.get('pass_at'))}, fails below {_number(config.get('fail_below'))}"
    return f"Scored {_number(score)}: {limits}."


def _grounded(port: str, output: Told, config: Told) -> str:
    claims = _maps(output.get("claims"))
    if not claims:
        return _verify(port, output, config)
    backed = sum(1 for claim in claims if claim.get("supported_by"))
    return f"{backed} of {len(claims)} claims are backed by the sources."


def _agreement(port: str, output: Told, config: Told) -> str:
    similarity = output.get("similarity")
    if not _is_number(similarity):
        return _verify(port, output, config)
    given = config.get("at_least")
    wanted = DEFAULT_AT_LEAST.get(_text(config.get("by"))) if given is None else given
    alike = f"The two answers are {_number(similarity)} alike"
    return f"{alike}; at least {_number(wanted)} is wanted." if _is_number(wanted) else f"{alike}."


def _familiar(port: str, output: Told, config: Told) -> str:
    p = output.get("p")
    if not isinstance(p, float | int) or not _is_number(p):
        return _text(output.get("reason")) or _verify(port, output, config)
    alike = f"{_number(100 * p)} in 100 past cases were as strange as this one"
    return f"{alike}: it is like them." if port == "pass" else f"Only {alike}."


def _each(_port: str, output: Told, _config: Told) -> str:
    results, failed = output.get("results"), output.get("failed")
    count = len(results) if isinstance(results, list) else 0
    return f"All {count} items are done." if not failed else f"{count} items are done; {failed} of them failed."


def _match(port: str, output: Told, _config: Told) -> str:
    scores = output.get("scores")
    score = scores.get(output.get("choice")) if isinstance(scores, Mapping) else None
    if port == "unsure":
        return _text(output.get("reason")) or "No playbook fits clearly."
    return f"The case is like the examples of “{port}” ({_number(score)})."


def _decide(port: str, output: Told, _config: Told) -> str:
    if port == "unsure":
        return "None of the choices could be made with certainty."
    return f"“{_text(output.get('choice')) or port}” fits."


def _rule(port: str, _output: Told, config: Told) -> str:
    if port == "unsure":
        return "No condition holds, or one of them could not be worked out."
    if any(choice.get("name") == port for choice in _maps(config.get("choices"))):
        return f"“{port}” is the first choice whose condition holds."
    return f"No condition holds, so “{port}” is taken."


def _table(port: str, _output: Told, _config: Told) -> str:
    return "No row of the table fits with certainty." if port == "unsure" else f"The table's rows say “{port}”."


def _model(port: str, output: Told, config: Told) -> str:
    confidence, cutoff = output.get("confidence"), config.get("cutoff")
    choice = _text(output.get("choice"))
    if not _is_number(confidence):
        return "The model gave no confidence that can be used." if port == "unsure" else f"The model chose “{port}”."
    limit = f" (limit {_number(cutoff)})" if _is_number(cutoff) else ""
    if port == "unsure":
        return f"The model leans to “{choice}” with confidence {_number(confidence)}{limit}: not enough to go on."
    return f"The model chose “{choice or port}” with confidence {_number(confidence)}{limit}."


def _review(port: str, output: Told, config: Told) -> str:
    labels = {choice.get("name"): _text(choice.get("label")) for choice in _maps(config.get("choices"))}
    who = _text(output.get("by")) or "A person"
    comment = _text(output.get("comment"))
    return f"{who} chose “{labels.get(port) or port}”" + (f": {_sentence(comment)}" if comment else ".")


def _form(_port: str, output: Told, _config: Told) -> str:
    return f"{_text(output.get('by')) or 'A person'} gave what was missing."


def _outcome(_port: str, _output: Told, _config: Told) -> str:
    return "The run ends here."


_TELLERS: dict[str, Callable[[str, Told, Told], str]] = {
    "execute": _execute,
    "execute.prompt": _prompt,
    "execute.http": _http,
    "execute.email": _email,
    "verify": _verify,
    "verify.quality": _quality,
    "verify.schema": _schema,
    "verify.rules": _rules,
    "verify.judge": _judge,
    "verify.grounded": _grounded,
    "verify.agreement": _agreement,
    "verify.familiar": _familiar,
    "execute.each": _each,
    "decide": _decide,
    "decide.match": _match,
    "decide.rule": _rule,
    "decide.table": _table,
    "decide.model": _model,
    "escalate": _review,
    "escalate.form": _form,
    "outcome": _outcome,
}


def _maps(value: Any) -> list[Told]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A person's or a model's words, cut where a sentence would no longer be one."""
    plain = " ".join(value.split()) if isinstance(value, str) else ""
    return plain if len(plain) <= 240 else f"{plain[:239]}…"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _listed(texts: list[str]) -> str:
    """The first few texts as sentences, and how many there are beside them."""
    told = [_sentence(text[:1].upper() + text[1:]) for text in texts if text]
    rest = f" And {len(told) - MOST} more." if len(told) > MOST else ""
    return " ".join(told[:MOST]) + rest


def _joined(names: list[str]) -> str:
    shown = names[:MOST] + ([f"{len(names) - MOST} more"] if len(names) > MOST else [])
    return ", ".join(shown[:-1]) + f" and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Any) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if _is_number(value) else "?"
