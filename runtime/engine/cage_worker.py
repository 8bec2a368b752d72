"""The process inside the cage: computes what it is told and answers, until its input ends.

Started by `cage`, never imported by the server. It limits its own memory and processor time, knows no framework, no
database and no secret (its environment is empty), and dies with the process that started it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import os
import signal
import struct
import sys
from typing import Any

from runtime.core import templates
from runtime.core.expressions import Unknown, evaluate, narrow

# Windows has no such limits: there the wall clock alone holds the cage.
if sys.platform != "win32":
    import resource

LENGTH = struct.Struct(">I")
OUT_OF_MEMORY = 77
_PR_SET_PDEATHSIG = 1


def serve(memory: int, seconds: float) -> None:
    """Answers requests of the form {"texts": [[kind, text], …], "scope": {…}}, one message for each text."""
    _die_with_parent()
    _warm_up()
    _limit_memory(memory)
    _send({"ready": True})
    while (request := _receive()) is not None:
        _limit_time(seconds)
        for kind, text in request["texts"]:
            _send(_answer(kind, text, request["scope"]))


def _warm_up() -> None:
    # The first expression builds the library's environment, which would else be billed to the first request.
    evaluate("[1].exists(one, one / 2 > 0.1) && 'a'.matches('a')", {})
    narrow([], {})


def _answer(kind: str, text: str, scope: dict[str, Any]) -> dict[str, object]:
    value = templates.render(text, scope) if kind == "template" else evaluate(text, scope)
    if isinstance(value, Unknown):
        return {"unknown": [value.reason, value.code]}
    return {"value": value}


def _send(message: dict[str, object]) -> None:
    data = json.dumps(message).encode()
    sys.stdout.buffer.write(LENGTH.pack(len(data)) + data)
    sys.stdout.buffer.flush()


def _receive() -> dict[str, Any] | None:
    head = sys.stdin.buffer.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    request: dict[str, Any] = json.loads(sys.stdin.buffer.read(LENGTH.unpack(head)[0]))
    return request


def _die_with_parent() -> None:
    # The end of the input is seen only between two requests; this also ends a computation that nobody waits for.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit_memory(memory: int) -> None:
    if sys.platform == "win32" or not os.path.exists("/proc/self/statm"):
        return
    with open("/proc/self/statm") as statm:
        used = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float) -> None:
    """A second line behind the parent's clock. The limit counts from the start of the process, so it moves along."""
    if sys.platform == "win32":
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(usage.ru_utime + usage.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def main() -> None:
    """The entry that `cage` starts."""
    try:
        serve(int(sys.argv[2]), float(sys.argv[3]))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)
