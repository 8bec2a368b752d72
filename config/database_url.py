"""A PostgreSQL address as Django's settings."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

_PLANS = "-c max_parallel_workers_per_gather=0 -c jit=off"
"""Each question reads few rows by an index. PostgreSQL guesses more of them now and then, and to start workers or to
compile for those takes many times longer than the answer. What the address itself says comes later, and so counts."""


MALFORMED = (
    "DATABASE_URL cannot be read. It looks like postgresql://user:password@host:port/name; in a user name or a "
    "password / is written %2F, # %23, ? %3F, @ %40, [ %5B and % %25."
)


def postgresql(url: str) -> dict[str, object]:
    """`postgresql://user:password@host:port/name?option=value` as an entry of `DATABASES`.

    ValueError otherwise, which tells nothing of what the address holds: a password may stand where it is misread.
    """
    try:
        return _read(url)
    except ValueError:
        raise ValueError(MALFORMED) from None


def _read(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or parts.fragment:
        raise ValueError
    said = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
    options = dict(said)
    options["options"] = " ".join([_PLANS, *(value for name, value in said if name == "options")])
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
