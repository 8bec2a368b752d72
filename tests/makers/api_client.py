"""A caller of the API in tests: Django's test client with a token, in the API's own words."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from api.authentication import forget
from api.tokens import Issued, issue
from runtime.permissions import SCOPES


class Caller:
    """Sends JSON and reads JSON. `problem` reads a problem document and checks its form."""

    def __init__(self, token: str | None, client: Client | None = None) -> None:
        self.token, self.client = token, client or Client(raise_request_exception=True)

    def send(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Any:
        """The response to a request below `/api/v1/`; `raw` is sent as it is."""
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            given.setdefault("Authorization", f"Bearer {self.token}")
        kind = given.pop("Content-Type", "application/json")
        address = path if path.startswith("/") else f"/api/v1/{path}"
        return self.client.generic(method, address, data, content_type=kind, headers=given)

    def get(self, path: str, **headers: str) -> Any:
        """GET."""
        return self.send("GET", path, raw=None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST."""
        return self.send("POST", path, body, raw=None, **headers)


def caller(user: User, *scopes: str) -> Caller:
    """A caller with a fresh token of this user; all scopes where none is named."""
    forget()
    issued = issue(user, "test", scopes or SCOPES)
    assert isinstance(issued, Issued)
    return Caller(issued.plain)


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of a response, which must be one with this status and code."""
    assert response.status_code == status, (response.status_code, response.content)
    assert response["Content-Type"] == "application/problem+json"
    assert response["X-Content-Type-Options"] == "nosniff"
    document: dict[str, Any] = json.loads(response.content)
    assert {"type", "title", "status", "code", "detail", "errors"} <= document.keys()
    assert document["status"] == status
    assert document["code"] == code, document
    for error in document["errors"]:
        assert {"code", "path", "message"} <= error.keys()
    return document
