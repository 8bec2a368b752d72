"""Two servers decide and fold for one gate on one PostgreSQL, people answer over REST, and both are killed with -9.

No case, no label and no number is lost or doubled, and nothing was automatic that the ledger before it did not allow.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.makers.gate_servers import lived

CASES, KILLS = 80, 3

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def test_a_gate_of_two_servers_that_are_killed_again_and_again_is_what_its_ledger_says(
    postgresql_url: str, tmp_path: Path
) -> None:
    found = lived(postgresql_url, tmp_path, CASES, KILLS)
    assert found.refused == []
    assert found.told["misfits"] == []
    assert found.told["numbers"] == list(range(CASES))
    assert found.told["runs"] == {"succeeded": CASES}
    assert found.told["state"] == "proven"
    assert "deadlock" not in found.logs
