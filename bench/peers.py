"""The peers, as measured on such a machine with the same workflow.

Each with its p50 sequential in ms, its runs/s with 32 clients, and its idle memory in MB.
"""

from __future__ import annotations

PEERS: dict[str, tuple[float, float, float | None]] = {
    "n8n as installed": (61.0, 20.0, 866.0),
    "n8n, faster expressions": (17.5, 60.0, 841.0),
    "viewflow": (8.8, 96.0, 126.0),
    "LangGraph, SQLite checkpoints": (12.4, 91.0, 79.0),
    "DBOS on SQLite": (18.9, 46.0, 76.0),
    "Node-RED (keeps nothing)": (0.8, 2655.0, None),
    "LangGraph in memory (keeps nothing)": (2.9, 396.0, None),
}


def compare(latency_ms: float, runs_a_second: float, memory_mb: float) -> None:
    """Print how many times slower, rarer and larger each peer is (above 1: we are better)."""
    print(f"\n{'peer':36} latency  throughput  memory   (peer / ours; ours / peer for throughput)")
    for name, (latency, rate, memory) in PEERS.items():
        heavier = f"{memory / memory_mb:6.1f}x" if memory else "      -"
        print(f"{name:36} {latency / latency_ms:6.1f}x {runs_a_second / rate:10.1f}x {heavier}")
