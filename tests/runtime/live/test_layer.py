"""The channel layer of one process: everybody in a group is told, a full one keeps nobody else waiting."""

from __future__ import annotations

import pytest

from runtime.live import layer
from runtime.live.layer import Layer


async def test_everybody_in_a_group_is_told_and_nobody_else() -> None:
    channels = Layer()
    await channels.group_add("run.1", "one")
    await channels.group_add("run.1", "two")
    await channels.group_add("run.2", "three")
    await channels.group_send("run.1", {"type": "hint", "seq": 1})
    assert [await channels.receive(name) for name in ("one", "two")] == [{"type": "hint", "seq": 1}] * 2
    assert "three" not in channels.channels


async def test_what_one_receiver_changes_no_other_sees() -> None:
    channels = Layer()
    for name in ("one", "two"):
        await channels.group_add("run.1", name)
    await channels.group_send("run.1", {"type": "hint"})
    (await channels.receive("one"))["type"] = "changed"
    assert await channels.receive("two") == {"type": "hint"}


async def test_a_full_channel_goes_without_and_the_others_are_told() -> None:
    channels = Layer(capacity=1)
    for name in ("full", "free"):
        await channels.group_add("run.1", name)
    await channels.send("full", {"type": "older"})
    await channels.group_send("run.1", {"type": "hint"})
    assert await channels.receive("full") == {"type": "older"}
    assert await channels.receive("free") == {"type": "hint"}


async def test_a_group_of_nobody_is_no_mistake() -> None:
    await Layer().group_send("nobody", {"type": "hint"})


async def test_what_has_expired_goes_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    channels = Layer(expiry=-1)
    await channels.group_add("run.1", "gone")
    await channels.send("gone", {"type": "hint"})
    await channels.group_send("run.2", {"type": "hint"})
    assert "gone" not in channels.groups.get("run.1", {})

    await channels.group_add("run.1", "gone")
    await channels.send("gone", {"type": "hint"})
    await channels.group_send("run.2", {"type": "hint"})
    assert "gone" in channels.groups["run.1"]
    monkeypatch.setattr(layer, "CLEAN_S", 0.0)
    channels._clean_at = 0.0
    await channels.group_send("run.2", {"type": "hint"})
    assert "gone" not in channels.groups.get("run.1", {})
