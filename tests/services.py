"""Throw-away servers for the tests: PostgreSQL and Redis in a temporary folder, on a unix socket, gone with the tests.

Used by the fixtures of `conftest` and by `on_postgresql`. `make services` installs what is missing; nothing here does.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

PATIENCE_S = 60.0


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL of our own; gives the address of an empty database in it, as `DATABASE_URL` wants it."""
    with _folder("postgresql") as folder:
        cluster = folder / "cluster"
        _run([_found("initdb"), "-D", str(cluster), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"])
        # Only a machine that dies loses what is not synced, and these data die with it.
        options = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-k", str(folder)]
        with _server([_found("postgres"), "-D", str(cluster), *options], folder, lambda: _accepts(folder)):
            yield f"postgresql://postgres@/postgres?host={folder}"


@contextmanager
def redis() -> Iterator[str]:
    """A Redis of our own that keeps nothing; gives its address."""
    with redis_folder() as folder, redis_in(folder) as url:
        yield url


@contextmanager
def redis_in(folder: Path) -> Iterator[str]:
    """The same in a folder of `redis_folder`: one that comes again after it has gone has the same address."""
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with _server([_found("redis-server"), *options], folder, lambda: _pong(path)):
        yield f"unix://{path}"


def redis_folder() -> AbstractContextManager[Path]:
    """Where a Redis may stand."""
    return _folder("redis")


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    """A temporary folder of the user that the server runs as."""
    with tempfile.TemporaryDirectory(prefix=f"interlock-{name}-", ignore_cleanup_errors=True) as made:
        if os.geteuid() == 0:
            os.chown(made, _servant().pw_uid, _servant().pw_gid)
        yield Path(made)


@contextmanager
def _server(command: Sequence[str], folder: Path, ready: Callable[[], bool]) -> Iterator[None]:
    """A server that runs while the block does; the kernel ends it should the tests be killed."""
    log = folder / "log"
    with log.open("wb") as output, subprocess.Popen(_as_servant(command), stdout=output, stderr=output) as process:
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not ready():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command[0]} did not start: {log.read_text()[-2000:]}")
                time.sleep(0.05)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            _wait_or_kill(process)


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def _as_servant(command: Sequence[str]) -> list[str]:
    """The command with its end bound to ours, and never as root: PostgreSQL refuses that."""
    bound = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        bound += ["--reuid", str(_servant().pw_uid), "--regid", str(_servant().pw_gid), "--clear-groups"]
    return [*bound, *command]


def _servant() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _found(program: str) -> str:
    """The program's path; Debian keeps PostgreSQL's off the search path, one folder a version."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4]))
    found = str(versions[-1]) if versions else shutil.which(program)
    if not found:
        raise RuntimeError(f"{program} is not installed; `make services` installs it.")
    return found


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(_as_servant(command), capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-2000:]}")


def _accepts(folder: Path) -> bool:
    command = [_found("pg_isready"), "-q", "-h", str(folder)]
    return subprocess.run(command, check=False).returncode == 0


def _pong(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16) == b"+PONG\r\n"
        except OSError:
            return False
