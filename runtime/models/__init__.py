"""The tables of the run time: columns and constraints, no decisions; one file a concern.

Everything above names a table by this package. Which module writes a table, its file says.
"""

from runtime.models.backtests import Backtest, BacktestCase
from runtime.models.columns import JsonText
from runtime.models.gate_profiles import GateProfile
from runtime.models.gates import Decision, Gate
from runtime.models.incidents import GateIncident
from runtime.models.jobs import Job
from runtime.models.keeping import RunKeeping
from runtime.models.log import AuditEntry, AuditLink
from runtime.models.notices import Notice, NoticeHook, NoticeWish
from runtime.models.outside import Connection, OutboxMail
from runtime.models.people import CaseWords, Escalation, Queue, Remark, SavedFilter, Vote
from runtime.models.runs import Archived, Blueprint, Entry, Run, RunLabel, Signal, TriggerKey, Worker
from runtime.models.sightings import Sighting
from runtime.models.triggers import Batch, BatchRow, Firing, Form, Schedule
from runtime.models.webhooks import CallbackAttempt, CallbackKey, Delivery, Webhook, WebhookRefusal

__all__ = [
    "Archived",
    "AuditEntry",
    "AuditLink",
    "Backtest",
    "BacktestCase",
    "Batch",
    "BatchRow",
    "Blueprint",
    "CallbackAttempt",
    "CallbackKey",
    "CaseWords",
    "Connection",
    "Decision",
    "Delivery",
    "Entry",
    "Escalation",
    "Firing",
    "Form",
    "Gate",
    "GateIncident",
    "GateProfile",
    "Job",
    "JsonText",
    "Notice",
    "NoticeHook",
    "NoticeWish",
    "OutboxMail",
    "Queue",
    "Remark",
    "Run",
    "RunKeeping",
    "RunLabel",
    "SavedFilter",
    "Schedule",
    "Sighting",
    "Signal",
    "TriggerKey",
    "Vote",
    "Webhook",
    "WebhookRefusal",
    "Worker",
]
