"""Asking models: OpenAI-compatible endpoints, the small embedded classifier, and scripts for tests.

Called by the executor's context with a connection of the settings. Whatever comes back is not believed: it passes the
strict JSON gate, and a signal that is no finite number in 0..1 does not exist. What an answer means for a run, the node
kinds decide. Reading order: `connection`, `models` (the entrance), `endpoint` with `asking` and `reading`, `embedded`.
"""

from runtime.ai.connection import PRESETS, Connection, Preset
from runtime.ai.models import Models

__all__ = ["PRESETS", "Connection", "Models", "Preset"]
