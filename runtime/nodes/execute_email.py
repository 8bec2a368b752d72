"""Send one mail to one address. Without a mail connection it goes to the outbox, visibly unsent.

The address must be well formed, and a rendered address or subject never holds a line break, so that data cannot add
recipients or headers. A mail without subject or text is not sent.
"""

from __future__ import annotations

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import Field

from runtime.core.expressions import Unknown
from runtime.core.node import Context, Done, Failed, Inputs, Message, NodeKind, Outcome, Params
from runtime.core.templates import Template
from runtime.nodes._values import has_control, not_computed

LONGEST_SUBJECT = 500
LONGEST_BODY = 100_000


class EmailParams(Params):
    """Whom to write to, and what."""

    to: Annotated[
        Template, Field(min_length=1, description="The one address it goes to.", json_schema_extra={"lines": 1})
    ]
    subject: Annotated[
        Template, Field(min_length=1, description="The subject; one line.", json_schema_extra={"lines": 1})
    ]
    body: Annotated[Template, Field(min_length=1, description="The text of the mail.")]
    connection: Annotated[
        str | None, Field(max_length=80, description="The mail connection; empty: the default one.")
    ] = None


async def run(params: EmailParams, inputs: Inputs, context: Context) -> Outcome:
    """The id of the message that was handed over for delivery."""
    message = _message(params, inputs)
    if isinstance(message, Failed):
        return message
    sent = await context.mail(message)
    return sent if isinstance(sent, Failed) else Done({"message_id": sent})


def _message(params: EmailParams, inputs: Inputs) -> Message | Failed:
    texts: dict[str, str] = {}
    for field, template in (("to", params.to), ("subject", params.subject), ("body", params.body)):
        text = inputs.text(template)
        if isinstance(text, Unknown):
            return not_computed(field, text)
        texts[field] = text.strip()
    refused = _refused(**texts)
    return refused or Message(_address(texts["to"]) or "", texts["subject"], texts["body"], params.connection or "")


def _refused(to: str, subject: str, body: str) -> Failed | None:
    if _address(to) is None:
        return Failed("mail.address", "“to” is not one well-formed mail address.", detail={"field": "to"})
    if not subject or has_control(subject) or len(subject) > LONGEST_SUBJECT:
        sentence = f"The subject must be one line of 1 to {LONGEST_SUBJECT} characters."
        return Failed("mail.subject", sentence, detail={"field": "subject"})
    if not body or len(body) > LONGEST_BODY:
        sentence = f"The text must have 1 to {LONGEST_BODY:,} characters."
        return Failed("mail.body", sentence, detail={"field": "body"})
    return None


def _address(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except (EmailNotValidError, ValueError):
        return None


KIND = NodeKind(
    name="execute.email",
    title="Send a mail",
    help=__doc__,
    icon="mail",
    params=EmailParams,
    run=run,
    ports=lambda _params: ("done", "error"),
    effect=lambda _params: "outward",
    output=lambda _params: {
        "type": "object",
        "properties": {"message_id": {"type": "string"}},
        "required": ["message_id"],
    },
    connection=lambda params: params.connection,
    example={
        "to": "{{ input.email }}",
        "subject": "Your request to {{ input.company }}",
        "body": "Hello {{ input.first }},\n\nthank you for writing to us.",
    },
)
