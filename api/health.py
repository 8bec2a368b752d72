"""How the process is, for load balancers and Prometheus. Outside `/api/v1`; nothing here needs a token.

`healthz` touches neither a thread nor the database, so that it answers while everything else is busy. `metrics` tells
numbers of the whole installation and no name of anything.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from runtime import jobs
from runtime.live.layer import Layer
from runtime.models import Escalation, Run, Worker

PATIENCE_S = 3.0
ALIVE = timedelta(seconds=30)
ALONE = "this server only: Redis does not answer"
LIVE_STATUSES = ("queued", "running", "waiting")
EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
_NO_STORE = {"Cache-Control": "no-store"}


async def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse(b'{"status":"alive"}', content_type="application/json", headers=_NO_STORE)


healthz.stands_alone = True  # type: ignore[attr-defined]  # functions take attributes; mypy does not say so


async def readyz(_request: HttpRequest) -> HttpResponse:
    """Whether database, queue and channel layer can be reached: 200, or 503 with the one that cannot.

    Without Redis a server still does all of its work, so that is told and nobody sends the requests away for it.
    """
    checks = {"database": sync_to_async(_database), "queue": sync_to_async(_queue), "channel_layer": _channel_layer}
    found = dict(zip(checks, await asyncio.gather(*(_tried(check) for check in checks.values())), strict=True))
    ready = all(state in ("ok", ALONE) for state in found.values())
    body = {"status": "ready" if ready else "not ready", "checks": found}
    return JsonResponse(body, status=200 if ready else 503, headers=_NO_STORE)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format. With `METRICS_TOKEN` set, only for whoever sends it as a bearer token."""
    wanted = settings.INTERLOCK["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if wanted and not secrets.compare_digest(given.encode(), wanted.encode()):
        return HttpResponse("", status=401, headers={"WWW-Authenticate": "Bearer"}, content_type="text/plain")
    return HttpResponse("".join(_exposition()), content_type=EXPOSITION, headers=_NO_STORE)


async def _tried(check: Callable[[], Awaitable[str]]) -> str:
    try:
        return await asyncio.wait_for(check(), PATIENCE_S)
    except TimeoutError:
        return "no answer in time"
    except (DatabaseError, OSError) as error:
        return type(error).__name__


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _queue() -> str:
    """Somebody works: a worker's beat is young."""
    return "ok" if Worker.objects.filter(beat_at__gt=timezone.now() - ALIVE).exists() else "no worker is alive"


async def _channel_layer() -> str:
    layer: Any = get_channel_layer()
    if layer is None:
        return "not configured"
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "ready"})
    await layer.receive(channel)
    return ALONE if isinstance(layer, Layer) and layer.alone else "ok"


def _exposition() -> Iterable[str]:
    real = Run.objects.filter(tryout=False)
    counted = dict(real.filter(status__in=LIVE_STATUSES).values_list("status").annotate(Count("pk")).order_by("status"))
    runs = [(f'{{status="{status}"}}', counted.get(status, 0)) for status in LIVE_STATUSES]
    cases = Escalation.objects.filter(state="open").aggregate(number=Count("pk"), oldest=Min("created_at"))
    queued = real.filter(status="queued").aggregate(oldest=Min("created_at"))
    yield from _metric("interlock_runs", "gauge", "Runs that have not ended, by status.", runs)
    yield from _metric("interlock_oldest_queued_seconds", "gauge", "Age of the oldest queued run.", _age(queued))
    yield from _metric("interlock_open_cases", "gauge", "Cases that wait for a person.", [("", cases["number"])])
    yield from _metric("interlock_oldest_case_seconds", "gauge", "Age of the oldest open case.", _age(cases))
    yield from _jobs()
    yield from _metric("process_cpu_seconds_total", "counter", "CPU time of this process.", [("", time.process_time())])
    yield from _metric("process_resident_memory_bytes", "gauge", "Peak memory of this process.", [("", _peak_memory())])


def _jobs() -> Iterable[str]:
    """Side jobs, kind by kind; each number stops at a bound, so that asking costs the same however many there are."""
    kinds = jobs.standing(timezone.now())
    states = [("waiting", "waiting"), ("working", "running"), ("failed", "failed")]
    counts = [
        (f'{{kind="{each.kind}",state="{word}"}}', getattr(each, name)) for each in kinds for name, word in states
    ]
    ages = [(f'{{kind="{each.kind}"}}', each.oldest_s) for each in kinds]
    told = "Side jobs by kind: due and waiting, running, failed within 30 days; counted up to 1000."
    yield from _metric("interlock_jobs", "gauge", told, counts)
    yield from _metric("interlock_oldest_job_seconds", "gauge", "For how long the oldest due job waits.", ages)


def _metric(name: str, kind: str, text: str, values: Iterable[tuple[str, float]]) -> Iterable[str]:
    yield f"# HELP {name} {text}\n# TYPE {name} {kind}\n"
    yield from (f"{name}{labels} {value}\n" for labels, value in values)


def _age(found: dict[str, Any]) -> list[tuple[str, float]]:
    oldest = found["oldest"]
    return [("", 0.0 if oldest is None else max(0.0, (timezone.now() - oldest).total_seconds()))]


def _peak_memory() -> int:
    import resource  # Not on Windows, where this one number is 0.

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
