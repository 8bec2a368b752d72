"""Runs as the engine would have left them: rows of runs, journals and cases, written directly.

For tests of what reads them, and for looking at the pages. `Story` writes one journal entry after the other; the
functions below it tell whole stories on the drawing of the gallery's lead qualification.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from runtime.engine.ports import SIMULATED
from runtime.ids import first_id_at, new_id
from runtime.models import Blueprint, Entry, Escalation, Queue, Run
from tests.makers.leads import ADA

ROOT = Path(__file__).resolve().parents[2]
LEADS = "lead-qualification"

SMALL: dict[str, Any] = {
    "format": "interlock/1",
    "input": {"type": "object", "properties": {"seats": {"type": "integer"}}, "required": ["seats"]},
    "nodes": [
        {
            "id": "size",
            "kind": "decide.rule",
            "name": "How large is it?",
            "config": {"choices": [{"name": "large", "when": "input.seats >= 100"}], "otherwise": "small"},
        },
        {
            "id": "ask",
            "kind": "escalate.review",
            "name": "May we go on?",
            "config": {
                "queue": "sales",
                "question": "May we go on?",
                "choices": [{"name": "approve", "label": "Go on"}, {"name": "reject", "comment_required": True}],
            },
        },
        {
            "id": "tell",
            "kind": "execute.email",
            "name": "Tell them",
            "config": {"to": "a@b.example", "subject": "s", "body": "b"},
        },
        {"id": "told", "kind": "outcome", "name": "told", "config": {}},
        {"id": "dropped", "kind": "outcome", "name": "dropped", "config": {"kind": "stopped"}},
    ],
    "edges": [
        {"id": "e1", "from": "start", "port": "out", "to": "size"},
        {"id": "e2", "from": "size", "port": "large", "to": "ask"},
        {"id": "e3", "from": "size", "port": "small", "to": "dropped"},
        {"id": "e4", "from": "size", "port": "unsure", "to": "ask"},
        {"id": "e5", "from": "ask", "port": "approve", "to": "tell"},
        {"id": "e6", "from": "ask", "port": "reject", "to": "dropped"},
        {"id": "e7", "from": "tell", "port": "done", "to": "told"},
    ],
}


def blueprint(workflow: str = "small", document: dict[str, Any] | None = None, name: str = "A small one") -> Blueprint:
    """A sealed drawing; the same one when asked again."""
    found = Blueprint.objects.filter(workflow=workflow, version=1).first()
    return found or Blueprint.objects.create(
        workflow=workflow,
        version=1,
        name=name,
        digest=hashlib.sha256(workflow.encode()).hexdigest(),
        document=document or SMALL,
        sealed_at=datetime.now(UTC),
    )


def leads() -> Blueprint:
    """The drawing of the gallery's example."""
    document = json.loads((ROOT / "builder" / "gallery" / "lead_qualification.json").read_text())
    return blueprint(LEADS, document, "Lead qualification and outreach")


class Story:
    """A run that is being told. Each call writes an entry `after` seconds later and moves the run's row along."""

    def __init__(self, drawn: Blueprint, given: Any, *, began: datetime | None = None, **fields: Any) -> None:
        self.now = began or datetime.now(UTC)
        fields = {"simulated": SIMULATED in fields.get("labels", {}), **fields}
        self.run = Run.objects.create(
            id=first_id_at(self.now)[:9] + new_id()[9:],
            blueprint=drawn,
            workflow=drawn.workflow,
            version=drawn.version,
            status="running",
            created_at=self.now,
            **fields,
        )
        self._entry("run.started", None, 0, {"input": given}, 0)

    def _entry(self, kind: str, node: str | None, visit: int, data: dict[str, Any], after: float) -> Story:
        self.now += timedelta(seconds=after)
        self.run.last_seq += 1
        Entry.objects.create(
            run=self.run, seq=self.run.last_seq, at=self.now, type=kind, node=node, visit=visit, data=data
        )
        self.run.save()
        return self

    def starts(self, node: str, visit: int = 1, attempt: int = 1, after: float = 0.002) -> Story:
        """A step with an effect begins."""
        self.run.status = "running"
        return self._entry("step.started", node, visit, {"attempt": attempt}, after)

    def does(
        self, node: str, port: str | None, output: Any = None, visit: int = 1, after: float = 0.004, **data: Any
    ) -> Story:
        """A step is finished."""
        self.run.status = "running"
        return self._entry("step.finished", node, visit, {"port": port, "output": output, **data}, after)

    def fails(self, node: str, message: str, attempt: int = 1, visit: int = 1, after: float = 0.4) -> Story:
        """A step failed and will be tried again."""
        retry_at = (self.now + timedelta(seconds=30)).isoformat()
        error = {"code": "http.unreachable", "message": message, "detail": {}}
        return self._entry(
            "step.failed", node, visit, {"error": error, "attempt": attempt, "retry_at": retry_at}, after
        )

    def asks(self, node: str, question: str, visit: int = 1, *, queue: str = "sales", **asked: Any) -> Escalation:
        """A step asks a person, and the run waits."""
        case = self._case(node, visit, "review", question, queue, asked)
        self.run.status = "waiting"
        self._entry("step.asked", node, visit, {"escalation": case.pk}, 0.002)
        return case

    def needs_help(self, node: str, message: str, visit: int = 1) -> Escalation:
        """A step failed for good, and the run waits as an incident."""
        error = {"code": "http.unreachable", "message": message, "detail": {"status": 503}}
        choices = [{"name": name, "label": label} for name, label in _INCIDENT]
        reason = {"node": node, "title": node, "kind": "", "port": "error", "message": message, "details": []}
        case = self._case(node, visit, "incident", f"“{node}” failed: {message}", "", {"choices": choices}, [reason])
        self.run.status = "waiting"
        self._entry("incident.opened", node, visit, {"error": error, "escalation": case.pk}, 0.01)
        return case

    def turns(self, header: str, edges: list[str], visit: int = 1) -> Story:
        """A loop goes back to its header."""
        return self._entry("loop.turned", header, visit, {"edges": edges, "turns": dict.fromkeys(edges, visit)}, 0.001)

    def ends(self, node: str, outcome: str, output: Any = None, kind: str = "success", after: float = 0.003) -> Story:
        """The run reaches an outcome."""
        self.does(node, None, output, after=after)
        self.run.status, self.run.outcome, self.run.finished_at = "succeeded", outcome, self.now
        return self._entry("run.finished", node, 1, {"outcome": outcome, "kind": kind, "output": output}, 0)

    def breaks(self, node: str, message: str) -> Story:
        """The run fails."""
        self.run.status, self.run.finished_at = "failed", self.now
        return self._entry("run.failed", node, 1, {"error": {"code": "http.refused", "message": message}}, 0.01)

    def is_cancelled(self, by: str, reason: str) -> Story:
        """Somebody calls the run off."""
        self.run.status, self.run.finished_at = "cancelled", self.now
        return self._entry("run.cancelled", None, 0, {"by": by, "reason": reason}, 5)

    def _case(
        self, node: str, visit: int, kind: str, question: str, queue: str, asked: dict[str, Any], why: Any = None
    ) -> Escalation:
        reasons = asked.pop("reasons", why or [])
        due_at = self.now + timedelta(hours=asked.pop("due_hours")) if "due_hours" in asked else None
        whole = {"question": question, "choices": [], "show": {}, "editable": {}, "form": None, **asked}
        text = json.dumps([whole, reasons], sort_keys=True)
        if queue:
            Queue.objects.get_or_create(name=queue, defaults={"title": queue.capitalize()})
        return Escalation.objects.create(
            id=new_id(),
            run=self.run,
            workflow=self.run.workflow,
            node=node,
            visit=visit,
            kind="form" if whole["form"] else kind,
            queue=queue,
            question=question,
            asked=whole,
            reasons=reasons,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            created_at=self.now,
            due_at=due_at,
        )


_INCIDENT = (("retry", "Try again"), ("skip", "Skip with a value"), ("fail", "Fail the run"))


def qualified(given: dict[str, Any] | None = None, **fields: Any) -> Story:
    """A clear lead, up to where its mail is drafted."""
    given = given or ADA
    story = Story(leads(), given, **fields)
    story.does("honest", "pass", {"broken": []}, ms=1.2)
    story.does("quality", "pass", {"issues": [], "completeness": 1.0}, ms=2.8)
    story.does("tidy", "done", {"name": given["name"], "company": given["company"], "seats": given["seats"]}, ms=0.9)
    story.does("complete", "pass", {"errors": []}, ms=0.7)
    story.does("brief", "done", {"message": given["message"], "company": given["company"]}, ms=0.5)
    story.does("fit", "done", {"score": 0.71}, ms=0.6)
    story.starts("intent")
    told = {"choice": "buy", "confidence": 0.91, "signals": {"logprob": 0.91, "agreement": 1.0}, "gate": "unproven"}
    story.does("intent", "buy", told, after=0.21, ms=209.4, calls=[{"connection": "embedded", "ms": 208.1}])
    return story.does("route", "outreach", {"owner": "team", "choice": "outreach"}, ms=1.1)


def contacted(**fields: Any) -> Run:
    """A lead that was written to, after one redraft."""
    story = qualified(**fields)
    draft = {"text": "Dear Ada, thank you for writing to us.\nMay we show you a plan for sixty people?\n"}
    story.starts("draft").does("draft", "done", draft, after=0.46, ms=458.0)
    story.does("wording", "pass", {"broken": []}, ms=0.8)
    story.starts("judge").does("judge", "fail", {"score": 0.31, "reasons": ["No next step."]}, after=0.3, ms=299.0)
    story.turns("draft", _loop_edges())
    story.starts("draft", 2).does("draft", "done", {"text": draft["text"] + "Tuesday at ten?"}, 2, after=0.39, ms=388.0)
    story.does("wording", "pass", {"broken": []}, 2, ms=0.8)
    story.starts("judge", 2).does("judge", "pass", {"score": 0.86, "reasons": ["Clear."]}, 2, after=0.28, ms=279.0)
    story.starts("send").does("send", "done", {"message_id": "<m1@interlock.example>"}, after=0.05, ms=48.0)
    return story.ends("contacted", "contacted", {"to": ADA["email"]}).run


def asked(**fields: Any) -> Escalation:
    """A lead whose details contradict each other: a person is asked."""
    given = {
        **ADA,
        "name": "Bo Lund",
        "company": "Fabrikam",
        "seats": 900,
        "employees": 12,
        "email": "bo@fabrikam.example",
    }
    story = Story(leads(), given, **fields)
    story.does("honest", "pass", {"broken": []}, ms=1.2)
    issues = [
        {"code": "conflict", "path": "seats", "message": "More seats are asked for than there are employees."},
        {"code": "duplicate", "path": "email", "message": "The same address wrote to us 12 days ago."},
    ]
    story.does("quality", "unsure", {"issues": issues, "completeness": 0.92}, ms=3.1)
    reason = {
        "node": "quality",
        "title": "Can we rely on the details?",
        "kind": "verify.quality",
        "port": "unsure",
        "message": "“Can we rely on the details?” was not sure.",
        "details": [issue["message"] for issue in issues],
    }
    return story.asks(
        "settle",
        "The details do not fit together. What shall we do with this lead?",
        reasons=[reason],
        due_hours=20,
        show={"Name": "Bo Lund", "Company": "Fabrikam", "Seats": 900, "Employees": 12, "Message": given["message"]},
        choices=[
            {"name": "continue", "label": "Go on with it", "comment_required": False},
            {"name": "drop", "label": "Drop it", "comment_required": True},
        ],
        editable={
            "seats": {"value": 900, "schema": {"type": "integer", "minimum": 1, "title": "Seats"}},
            "company": {"value": "Fabrikam", "schema": {"type": "string", "maxLength": 120, "title": "Company"}},
        },
    )


def incomplete(**fields: Any) -> Escalation:
    """A lead with something missing: a person fills in a form."""
    given = {**ADA, "name": None, "email": "n/a", "company": "Contoso"}
    story = Story(leads(), given, **fields)
    story.does("honest", "pass", {"broken": []}, ms=1.0)
    issues = [
        {"code": "missing", "path": "name", "message": "The name is missing."},
        {"code": "malformed", "path": "email", "message": "The e-mail address is not well formed."},
    ]
    story.does("quality", "fail", {"issues": issues, "completeness": 0.7}, ms=2.2)
    reason = {
        "node": "quality",
        "title": "Can we rely on the details?",
        "kind": "verify.quality",
        "port": "fail",
        "message": "“Can we rely on the details?” found a problem.",
        "details": [issue["message"] for issue in issues],
    }
    properties = {
        "name": {"type": "string", "title": "Name", "minLength": 1},
        "email": {"type": "string", "format": "email", "title": "E-mail"},
        "newsletter": {"type": "boolean", "title": "May we send the newsletter?"},
    }
    form = {"type": "object", "properties": properties, "required": ["name", "email"], "additionalProperties": False}
    return story.asks(
        "ask_details",
        "What is missing of Contoso?",
        reasons=[reason],
        due_hours=-2,
        form=form,
        show={"Company": "Contoso"},
    )


def incident(**fields: Any) -> Escalation:
    """A mail that could not be handed over."""
    story = qualified(**fields)
    story.starts("draft").does("draft", "done", {"text": "Dear Ada, …"}, after=0.4, ms=401.0)
    story.does("wording", "pass", {"broken": []}, ms=0.8)
    story.starts("judge").does("judge", "pass", {"score": 0.9, "reasons": []}, after=0.3, ms=299.0)
    story.starts("send").fails("send", "The mail server did not answer.")
    story.starts("send", attempt=2, after=1.0).fails("send", "The mail server did not answer.", attempt=2)
    return story.needs_help("send", "The mail server did not answer, three times in a row.")


def declined(**fields: Any) -> Run:
    """A lead that wants nothing."""
    given = {**ADA, "name": "Cy Ode", "company": "Tailspin", "message": "Please take me off your list."}
    story = Story(leads(), given, **fields)
    story.does("honest", "pass", {"broken": []}, ms=1.2)
    story.does("quality", "pass", {"issues": [], "completeness": 1.0}, ms=2.8)
    story.does("tidy", "done", {"name": given["name"]}, ms=0.9)
    story.does("complete", "pass", {"errors": []}, ms=0.7).does("brief", "done", {"message": given["message"]}, ms=0.5)
    story.does("fit", "done", {"score": 0.12}, ms=0.6).starts("intent")
    story.does("intent", "no_interest", {"choice": "no_interest", "confidence": 0.97}, after=0.19, ms=188.0)
    return story.ends("declined", "declined", {}, "stopped").run


def _loop_edges() -> list[str]:
    return [edge["id"] for edge in leads().document["edges"] if edge.get("loop")]
