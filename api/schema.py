"""The OpenAPI 3.1 document, made from the declarations that the routes are held against.

drf-spectacular walks the routes; `Schema` turns each `Operation` into what OpenAPI says of it.
"""

from __future__ import annotations

import http
import re
from collections.abc import Mapping
from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.declarations import Answer, Operation, operation_of
from api.problems import MEDIA_TYPE as PROBLEM
from api.reading import MEDIA_TYPE as JSON
from api.shapes import ProblemDocument, Shape

REFS = "#/components/schemas/{model}"
BEARER: Mapping[str, str] = {
    "type": "http",
    "scheme": "bearer",
    "description": "An access token, `il_…`: `manage.py token USER SCOPE…`.",
}
COOKIE: Mapping[str, str] = {
    "type": "apiKey",
    "in": "cookie",
    "name": "sessionid",
    "description": "The browser's session. Writing needs the CSRF token in the header X-CSRFToken.",
}
PATH_PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]{1,80}$", "description": "The workflow's slug."},
    "id": {"type": "string", "pattern": "^[0-9a-v]{26}$", "description": "An opaque id."},
    "number": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1, "description": "A version's number."},
    "other": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1, "description": "Another version's number."},
}


class Schema(AutoSchema):
    """One operation as OpenAPI describes it."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        """The operation object; registers the shapes that it refers to."""
        self.registry, self.path, self.path_regex = registry, path, path_regex
        self.path_prefix, self.method = path_prefix, method.upper()
        declared = operation_of(self.view, method)
        if declared is None:
            return None
        summary, _, description = self.get_description().partition("\n")
        parts = {
            "operationId": self._name(),
            "summary": summary.strip(),
            "description": _unwrapped(description),
            "tags": [path.removeprefix("/api/v1/").split("/")[0]],
            "parameters": self._parameters_of(declared),
            "requestBody": self._body_of(declared),
            "security": self._security(declared),
        }
        return {key: part for key, part in parts.items() if part or key == "security"} | {
            "responses": self._responses(declared)
        }

    def _name(self) -> str:
        words = [word for word in re.split(r"[^a-z0-9]+", self.path.removeprefix("/api/v1/")) if word]
        return "_".join([self.method.lower(), *words])

    def _security(self, declared: Operation) -> list[dict[str, list[str]]]:
        if declared.is_public:
            return []
        for name, scheme in (("token", BEARER), ("session", COOKIE)):
            self._register(name, ResolvedComponent.SECURITY_SCHEMA, dict(scheme))
        return [{"token": list(declared.needed)}, {"session": list(declared.needed)}]

    def _parameters_of(self, declared: Operation) -> list[dict[str, Any]]:
        found = [
            _parameter(name, "path", PATH_PARAMETERS[name], required=True) for name in re.findall(r"{(\w+)}", self.path)
        ]
        if declared.query is not None:
            schema = declared.query.model_json_schema(mode="validation", ref_template=REFS)
            self._register_all(schema.get("$defs", {}))
            for name, part in schema["properties"].items():
                found.append(_parameter(name, "query", part, required=name in schema.get("required", ())))
        for name, description in declared.headers.items():
            found.append(_parameter(name, "header", {"type": "string", "description": description}, required=False))
        return found

    def _body_of(self, declared: Operation) -> dict[str, Any] | None:
        if declared.body is None:
            return None
        schema = self._ref(declared.body) if isinstance(declared.body, type) else dict(declared.body)
        return {"required": not declared.body_optional, "content": {JSON: {"schema": schema}}}

    def _responses(self, declared: Operation) -> dict[str, Any]:
        found = {str(status): self._response(answer) for status, answer in declared.answers.items()}
        for status, description in sorted(_refusals(declared, self.path).items()):
            found[str(status)] = self._problem(status, description)
        return found

    def _response(self, answer: Answer) -> dict[str, Any]:
        made: dict[str, Any] = {"description": answer.description}
        if answer.headers:
            made["headers"] = {
                name: {"description": text, "schema": {"type": "string"}} for name, text in answer.headers.items()
            }
        if answer.shape is not None:
            shape = answer.shape
            schema = self._ref(shape) if isinstance(shape, type) else dict(shape)
            made["content"] = {answer.media_type: {"schema": schema}}
        return made

    def _problem(self, status: int, description: str) -> dict[str, Any]:
        text = description or http.HTTPStatus(status).phrase
        return {"description": text, "content": {PROBLEM: {"schema": self._ref(ProblemDocument)}}}

    def _ref(self, shape: type[BaseModel]) -> dict[str, Any]:
        mode: Literal["serialization", "validation"] = "serialization" if issubclass(shape, Shape) else "validation"
        refs, whole = models_json_schema([(shape, mode)], ref_template=REFS)
        self._register_all(whole.get("$defs", {}))
        return dict(refs[shape, mode])

    def _register(self, name: str, kind: str, schema: dict[str, Any]) -> None:
        component: Any = ResolvedComponent
        self.registry.register_on_missing(component(name, kind, schema=schema, object=name))

    def _register_all(self, schemas: Mapping[str, dict[str, Any]]) -> None:
        for name, schema in schemas.items():
            self._register(name, ResolvedComponent.SCHEMA, schema)


def _refusals(declared: Operation, path: str) -> dict[int, str]:
    """The refusals that follow from what a route reads, and its own."""
    found = {400: "The query string, a header or the body cannot be read.", 406: "", 429: "", 503: ""}
    if not declared.is_public:
        found |= {401: "No token, or one that is not in force.", 403: "The scope or the role does not allow this."}
    if "{" in path:
        found[404] = "There is nothing here, or nothing that you may see."
    if declared.body is not None:
        found |= {413: "", 415: "", 422: "The body does not have the shape of this request."}
    return found | dict(declared.refuses)


def _parameter(name: str, place: str, schema: Mapping[str, Any], *, required: bool) -> dict[str, Any]:
    plain = {key: value for key, value in schema.items() if key not in ("description", "title")}
    if place == "query" and not required:
        plain = _without_null(plain)
    made = {"name": name, "in": place, "required": required, "schema": plain}
    return made | ({"description": schema["description"]} if "description" in schema else {})


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is absent, never null."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    plain = {key: value for key, value in schema.items() if key != "anyOf" and value is not None}
    return {**plain, **options[0]} if len(options) == 1 else {**plain, **({"anyOf": options} if options else {})}


def _unwrapped(text: str) -> str:
    return " ".join(line.strip() for line in text.splitlines()).strip()
