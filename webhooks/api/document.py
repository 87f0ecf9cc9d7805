"""The API's OpenAPI document: what every operation has in common is written once, here.

What is not said here comes from the routes themselves: summaries, scopes, parameters, bodies.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from webhooks.api.once import HEADER

UNDER: Final = "/api/v1"
_WRITES: Final = ("post", "put", "patch", "delete")
_ABOUT: Final = """
Everything that the console does and a program may do too, with the tenant's API key as a bearer token.

- **Scopes**: each operation names the one that its key needs. A key stands in the audit log as `key:<id>`.
- **Two people**: a release of a hold, a reveal, settings in force, a second opinion on something of high risk, and a
  deletion that a person asked for take two. A key may ask for them (not for a reveal, which opens to whoever asked); it
  allows none. Who allows one is a person in the console, and not the person who made the key.
- **Pages**: a list takes `limit` and `cursor`, and gives `items` and `next`.
- **Repeats**: a write takes `Idempotency-Key`. For 24 hours the same request with the same name is answered again and
  not done again (`Idempotency-Replayed`); another request with it is refused with 422, and with 409 where the first one
  has no answer yet. A refusal is not kept: what was refused changed nothing. What is kept is sealed.
- **Rates**: each answer says what the key has left (`RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`, in
  requests and seconds); 429 says when to come back (`Retry-After`).
- **Errors** are problem documents (RFC 9457). What is another tenant's is answered as what does not exist.
- **Sealed**: reasons, titles and notes that people typed are taken and never given back.
"""
_REFUSALS: Final = {
    HTTPStatus.UNAUTHORIZED: "There is no key, or nobody has it.",
    HTTPStatus.FORBIDDEN: "The key has not the scope, or the act is not allowed.",
    HTTPStatus.NOT_FOUND: "There is no such thing, or it is another tenant's.",
    HTTPStatus.CONFLICT: "It was changed meanwhile, or cannot be done from where it is.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something that was given cannot be used.",
    HTTPStatus.TOO_MANY_REQUESTS: "The key asks too often.",
    HTTPStatus.SERVICE_UNAVAILABLE: "A vendor or the store does not answer.",
}
_PROBLEM: Final = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence; nothing of the request is in it."},
    },
}
_KEY: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A name for this write, by which it is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


def describe(app: FastAPI) -> None:
    """Let an application answer with this document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
            app.openapi_schema = with_shared(made)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # as the framework's own guide has it


def with_shared(document: dict[str, Any]) -> dict[str, Any]:
    """Add to each operation of the API what all have in common."""
    document["paths"] = {path: ops for path, ops in document["paths"].items() if path.startswith(f"{UNDER}/")}
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for operations in document["paths"].values():
        for method, operation in operations.items():
            _share(method, operation)
    return document


def _share(method: str, operation: dict[str, Any]) -> None:
    operation["summary"], _, operation["description"] = operation.get("description", "").partition("\n")
    if method in _WRITES:
        operation.setdefault("parameters", []).append(_KEY)
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, sentence in _REFUSALS.items():
        operation["responses"][str(status.value)] = {"description": sentence, "content": content}
