"""A PostgreSQL address as Django's settings."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

_PLANS = "-c max_parallel_workers_per_gather=0 -c jit=off"
"""Each question reads few rows by an index. PostgreSQL guesses more of them now and then, and to start workers or to
compile for those takes many times longer than the answer. What the address itself says comes later, and so counts."""


def postgresql(url: str) -> dict[str, object]:
    """`postgresql://user:password@host:port/name?option=value` as an entry of `DATABASES`; ValueError otherwise."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("DATABASE_URL must begin with postgresql://")
    options = dict(parse_qsl(parts.query))
    options["options"] = f"{_PLANS} {options.get('options', '')}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
