"""Reads, checks, compares and exports hostile drawings while every act of the interpreter is listened to.

Run by `tests/test_no_code.py` in a process of its own: an audit hook cannot be taken away again. Prints what was heard.
"""

from __future__ import annotations

import json
import sys
from typing import Any

ACTS = ("exec", "compile", "import", "open", "os.", "subprocess.", "socket.", "ctypes.", "pickle.", "shutil.", "code.")
heard: list[str] = []


def _listen(event: str, _args: Any) -> None:
    if event.startswith(ACTS):
        heard.append(event)


def _drawing(texts: list[str]) -> dict[str, Any]:
    names = {f"x{number}": text for number, text in enumerate(texts)}
    return {
        "format": "interlock/1",
        "input": {"type": "object", "$ref": "file:///etc/passwd"},
        "nodes": [
            {"id": "a", "kind": "execute.transform", "name": "{{ 1/0 }}", "config": {"output": names}},
            {"id": "b", "kind": "execute.python", "config": {"function": "os.system", "args": {"command": "'id'"}}},
            {"id": "c", "kind": "execute.email", "config": {"to": "{{ input.to }}", "subject": "{{", "body": "x"}},
            {"id": "__class__", "kind": "__import__('os')", "config": {"__proto__": {}}},
            {"id": "won", "kind": "outcome", "note": "<script>alert(1)</script>"},
        ],
        "edges": [{"id": "e1", "from": "start", "port": "out", "to": "a"}],
    }


def main() -> None:
    """Listen, and open the drawings."""
    from builder import differences, exchange
    from runtime.core.checks import check
    from runtime.core.definition import parse
    from runtime.nodes import discover

    def open_all(texts: list[str]) -> None:
        hostile = _drawing(texts)
        plain = {**hostile, "nodes": [node for node in hostile["nodes"] if node["id"] != "__class__"]}
        for drawing in (hostile, plain):
            assert check(drawing, discover())
            read = parse(drawing).document
            if read is not None:
                differences.diff(read, read, discover())
            exchange.unpack(json.dumps(drawing))

    texts = json.loads(sys.argv[1])
    open_all([f" {text}" for text in texts])  # What is loaded lazily has been loaded now; these texts are others.
    sys.addaudithook(_listen)
    open_all(texts)
    print(json.dumps(heard[:]))


if __name__ == "__main__":
    import django

    django.setup()
    main()
