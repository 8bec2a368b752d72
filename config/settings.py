"""Every setting, from the environment. One file for development, tests and production.

`DATA` is the folder of the database, the lock file and the keys. `DATABASE_URL` (postgresql://…) moves to PostgreSQL.
`REDIS_URL` (redis://…) carries hints between several servers on one PostgreSQL.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.utils.csp import CSP

from runtime import sqlite
from runtime.keys import load_or_create

sqlite.use_sound_library()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("DATA", BASE_DIR / "data")).resolve()
DATA.mkdir(mode=0o700, parents=True, exist_ok=True)

DEBUG = os.environ.get("DEBUG", "") == "1"
PRODUCTION = os.environ.get("PRODUCTION", "") == "1"
SECRET_KEY = os.environ.get("SECRET_KEY") or load_or_create(DATA / "secret.key")
# Newest first: the first key encrypts, all of them decrypt.
ENCRYPTION_KEYS = os.environ.get("ENCRYPTION_KEYS", "").split() or [load_or_create(DATA / "encryption.key")]
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("TRUSTED_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "runtime",
    "builder",
    "api",
]

MIDDLEWARE = [
    "config.middleware.Security",
    "config.middleware.ContentSecurityPolicy",
    "config.middleware.Session",
    "config.middleware.Common",
    "config.middleware.Csrf",
    "config.middleware.Authentication",
    "config.middleware.Remembering",
    "config.middleware.Messages",
    "config.middleware.ClickJacking",
    "django_htmx.middleware.HtmxMiddleware",
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

CSRF_FAILURE_VIEW = "api.problems.csrf_failed"
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def _database() -> dict[str, object]:
    url = os.environ.get("DATABASE_URL", "")
    if url:
        from config.database_url import postgresql

        return postgresql(url)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "interlock.sqlite3",
        # A connection reads what plans rest on when it is opened (`runtime.upkeep`).
        "CONN_MAX_AGE": 3_600,
        # A file, as in earnest: connections that share a database in memory do not wait for each other's locks.
        "TEST": {"NAME": DATA / f"test-{os.getpid()}.sqlite3"},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "factory": sqlite.connection_class(),
            "init_command": f"PRAGMA journal_mode={sqlite.journal_mode()};PRAGMA synchronous=FULL",
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _channel_layer() -> dict[str, object]:
    url = os.environ.get("REDIS_URL", "")
    if not url:
        return {"BACKEND": "runtime.live.layer.Layer"}
    # So named that Django hides it wherever it shows settings: it may hold a password.
    return {"BACKEND": "runtime.live.shared_layer.SharedLayer", "CONFIG": {"secret_url": url}}


CHANNEL_LAYERS = {"default": _channel_layer()}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
if PRODUCTION:
    SECURE_SSL_REDIRECT = os.environ.get("SSL_REDIRECT", "1") == "1"
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.Bearer", "api.authentication.Session"],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.Declared"],
    "DEFAULT_THROTTLE_CLASSES": ["api.throttles.PerCaller"],
    "DEFAULT_PARSER_CLASSES": ["api.reading.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.StrictJSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "EXCEPTION_HANDLER": "api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Interlock",
    "VERSION": "v1",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [],
}

INTERLOCK: dict[str, Any] = {
    # Networks that outgoing calls may reach although they are private; set by the administrator.
    "ALLOWED_NETWORKS": [net for net in os.environ.get("ALLOWED_NETWORKS", "").split(",") if net],
    "MAX_ACTIVE_RUNS": int(os.environ.get("MAX_ACTIVE_RUNS", "1000")),
    # Requests a second that one token or user may make of the API; 0 for no limit.
    "API_REQUESTS_PER_S": float(os.environ.get("API_REQUESTS_PER_S", "2000")),
    # For how many seconds an answer that was given on a page can be taken back before its run goes on; 0: not at all.
    "UNDO_S": float(os.environ.get("UNDO_S", "5")),
    # Whether forms may be sent by anybody who has their address; an administrator allows it.
    "PUBLIC_FORMS": os.environ.get("PUBLIC_FORMS", "") == "1",
    # Where people reach Interlock, for links in mails and notices, without a slash behind it.
    "ADDRESS": os.environ.get("ADDRESS", "http://localhost:8000").rstrip("/"),
    # For how many days the cells of uploaded tables are kept; what became of their rows stays.
    "KEEP_ROWS_DAYS": float(os.environ.get("KEEP_ROWS_DAYS", "30")),
    # What Prometheus has to send as its bearer token; empty: /metrics is for everybody.
    "METRICS_TOKEN": os.environ.get("METRICS_TOKEN", ""),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A refused request is the client's business and told to the client; only failures are worth a line here.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
