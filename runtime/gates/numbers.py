"""The arithmetic of gates in a process of its own: standings and rows go in as JSON, standings come out.

Called by `folding` (`computed`), in a thread. numpy and scikit-learn weigh a hundred megabytes and take their time: the
server carries neither, and a fold that takes too long is killed. The process has no environment, no database and no
secret, and ends by itself when nothing was asked of it for a minute. `serve` is its other end.
"""

from __future__ import annotations

import contextlib
import json
import select
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any, cast

TIMEOUT_S = 300.0
IDLE_S = 60.0
_LENGTH = struct.Struct(">Q")
_MOST = 1 << 30
_ROOT = str(Path(__file__).resolve().parents[2])
# `-I` keeps the environment and the current directory out; the search path is handed over instead.
_ENTRY = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from runtime.gates.numbers import serve; serve()"

type Message = dict[str, Any]


class Lost(Exception):
    """The process was killed, took too long, or gave no answer: nothing is known, and it may be asked again."""


class Numbers:
    """One such process, started when it is first needed. Threads take turns."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def computed(self, request: Message) -> Message:
        """The answer of `sums.answer`. Raises Lost."""
        with self._lock:
            try:
                return self._asked(request)
            except BrokenPipeError:
                # It had just gone to rest.
                self.stop()
            try:
                return self._asked(request)
            except BrokenPipeError as failure:
                self.stop()
                raise Lost("The process that computes gates does not start.") from failure

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    _pipe(pipe).close()
            process.wait()

    def _asked(self, request: Message) -> Message:
        process = self._started()
        late = threading.Timer(self._timeout_s, process.kill)
        late.start()
        try:
            _send(_pipe(process.stdin), request)
            answer = _receive(_pipe(process.stdout))
        except ValueError:
            # What it says cannot be read: nothing that it says later will be.
            answer = None
        finally:
            late.cancel()
        if not isinstance(answer, dict):
            self.stop()
            raise Lost("The process that computes gates was stopped.")
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.stop()
            command = [sys.executable, "-I", "-c", _ENTRY, json.dumps([_ROOT, *sys.path])]
            self._process = subprocess.Popen(  # noqa: S603 - this very program, with nothing from outside
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
            )
        return self._process


def serve() -> None:
    """The entry of the process: answers until nobody asks any more."""
    from runtime.gates.sums import answer  # numpy, in this process alone

    while select.select([sys.stdin.buffer], [], [], IDLE_S)[0]:
        request = _receive(sys.stdin.buffer)
        if request is None:
            return
        _send(sys.stdout.buffer, answer(request))


def _send(pipe: IO[bytes], message: Message) -> None:
    data = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Message | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    data = pipe.read(size) if size <= _MOST else b""
    message: Message | None = json.loads(data) if len(data) == size else None
    return message


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    return cast("IO[bytes]", pipe)  # both were asked for when it was started
