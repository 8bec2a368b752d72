"""The tables of the run time: columns and constraints, no decisions; one file a concern.

Everything above names a table by this package. Which module writes a table, its file says.
"""

from runtime.models.columns import JsonText
from runtime.models.gates import Decision, Gate
from runtime.models.jobs import Job
from runtime.models.log import AuditEntry, AuditLink
from runtime.models.outside import Connection, OutboxMail
from runtime.models.people import Escalation, Queue, Remark, SavedFilter, Vote
from runtime.models.runs import Archived, Blueprint, Entry, Run, RunLabel, Signal, TriggerKey, Worker
from runtime.models.sightings import Sighting

__all__ = [
    "Archived",
    "AuditEntry",
    "AuditLink",
    "Blueprint",
    "Connection",
    "Decision",
    "Entry",
    "Escalation",
    "Gate",
    "Job",
    "JsonText",
    "OutboxMail",
    "Queue",
    "Remark",
    "Run",
    "RunLabel",
    "SavedFilter",
    "Sighting",
    "Signal",
    "TriggerKey",
    "Vote",
    "Worker",
]
