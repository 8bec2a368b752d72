"""The cage: expressions that could take long are computed in a process that can be killed.

Called by the executor for whatever `is_costly`. It hands a request to a worker process, waits within a wall-clock limit
without ever blocking the event loop, and replaces a worker that is late, too greedy or dead. It is no sandbox for code:
expressions cannot run code to begin with.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from runtime.core.expressions import Code, Json, Unknown, narrow
from runtime.core.templates import Template, holes
from runtime.engine.cage_worker import LENGTH, OUT_OF_MEMORY

MAX_REQUEST = 4 << 20
_START_S = 20.0
_ROOT = str(Path(__file__).resolve().parents[2])
# `-I` keeps the environment and the current directory out; the search path is handed over instead.
_ENTRY = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from runtime.engine.cage_worker import main; main()"

_LATE = Unknown("The expression took too long and was stopped.", "timeout")
_GREEDY = Unknown("The expression needed too much memory and was stopped.", "memory")
_LOST = Unknown("The process that computes expressions was stopped from outside.", "error")
_LARGE = Unknown("The data that the expression reads is too large.", "too_large")

type Values = dict[str, Json | Unknown]


class Cage:
    """Worker processes for costly expressions: started when first needed, replaced when they misbehave."""

    def __init__(self, *, workers: int = 1, seconds: float = 0.5, memory: int = 512 << 20) -> None:
        """`seconds` is the wall clock of one request, `memory` what a worker may use beyond what it starts with."""
        self.seconds = seconds
        self.memory = memory
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._workers = [_Worker(seconds, memory) for _ in range(workers)]
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def evaluate_all(self, texts: Sequence[str], scope: Mapping[str, Json]) -> Values:
        """The values of expressions, and the texts of `Template`s. One request: they share its time."""
        request = _request(texts, scope)
        if isinstance(request, Unknown):
            return dict.fromkeys(texts, request)
        worker = await self._idle.get()
        try:
            answers = await worker.ask(request, len(texts))
        finally:
            self._idle.put_nowait(worker)
        return dict(zip(texts, answers, strict=True))

    async def close(self) -> None:
        """Ends the workers. The cage may be used again: it starts new ones."""
        for worker in self._workers:
            await worker.stop()


def _request(texts: Sequence[str], scope: Mapping[str, Json]) -> bytes | Unknown:
    """The message for a worker, with the part of the scope that matters."""
    expressions = [each for text in texts for each in (holes(text) if isinstance(text, Template) else (text,))]
    kinds = [("template" if isinstance(text, Template) else "expression", text) for text in texts]
    try:
        data = json.dumps({"texts": kinds, "scope": narrow(expressions, scope)}).encode()
    except (ValueError, TypeError, RecursionError):
        return Unknown("The data that the expression reads is not JSON.", "error")
    return LENGTH.pack(len(data)) + data if len(data) <= MAX_REQUEST else _LARGE


class _Worker:
    """One process and the conversation with it. Used by one request at a time."""

    def __init__(self, seconds: float, memory: int) -> None:
        self._arguments = (json.dumps([_ROOT, *sys.path]), str(memory), str(seconds))
        self._seconds = seconds
        self._process: asyncio.subprocess.Process | None = None

    async def ask(self, request: bytes, count: int) -> list[Json | Unknown]:
        """One answer for each text. What a killed worker did not get to has the same reason as what killed it."""
        answers: list[Json | Unknown] = []
        try:
            reason = await self._converse(request, count, answers)
            if reason is _LOST and not answers:
                # It may have been killed between two requests; a computation without effects may be tried again.
                reason = await self._converse(request, count, answers)
        except BaseException:
            await self.stop()
            raise
        return answers + [reason] * (count - len(answers))

    async def _converse(self, request: bytes, count: int, answers: list[Json | Unknown]) -> Unknown:
        try:
            process = await self._started()
            async with asyncio.timeout(self._seconds):
                _stdin(process).write(request)
                while len(answers) < count:
                    answers.append(_value(await _read(process)))
            return _LOST
        except TimeoutError:
            await self.stop()
            return _LATE
        except (asyncio.IncompleteReadError, OSError):
            return await self._obituary()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self.stop()
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-c", _ENTRY, *self._arguments),
            stdin=pipe,
            stdout=pipe,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            start_new_session=True,
        )
        async with asyncio.timeout(_START_S):
            await _read(self._process)
        return self._process

    async def _obituary(self) -> Unknown:
        """What the way in which the worker died says about the request."""
        process = self._process
        if process is None:
            return _LOST
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await process.wait()
        code = process.returncode
        await self.stop()
        if code in (OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGSEGV):
            return _GREEDY
        return _LATE if code == -getattr(signal, "SIGXCPU", signal.SIGKILL) else _LOST

    async def stop(self) -> None:
        """Kills the process and waits until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        _stdin(process).close()
        await process.wait()


def _stdin(process: asyncio.subprocess.Process) -> asyncio.StreamWriter:
    return cast("asyncio.StreamWriter", process.stdin)


async def _read(process: asyncio.subprocess.Process) -> dict[str, Any]:
    stream = cast("asyncio.StreamReader", process.stdout)
    (size,) = LENGTH.unpack(await stream.readexactly(LENGTH.size))
    message: dict[str, Any] = json.loads(await stream.readexactly(size))
    return message


def _value(message: dict[str, Any]) -> Json | Unknown:
    if "unknown" in message:
        reason, code = message["unknown"]
        return Unknown(str(reason), cast("Code", code))
    return cast("Json", message.get("value"))
