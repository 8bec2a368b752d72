"""A PostgreSQL address as Django's settings."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit


def postgresql(url: str) -> dict[str, object]:
    """`postgresql://user:password@host:port/name?option=value` as an entry of `DATABASES`; ValueError otherwise."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("DATABASE_URL must begin with postgresql://")
    options = dict(parse_qsl(parts.query))
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
