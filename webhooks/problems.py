"""Errors as problem documents (RFC 9457). Nothing of the request, and no traceback, is ever in one.

The status of each error lives here and not on the error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from pipeline.model.errors import (
    Conflict,
    HoldInForce,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    PipelineError,
    StoreError,
    VendorError,
)
from pipeline.telemetry import log, metrics
from pipeline.telemetry.logs import place_of

_STATUS: Final[tuple[tuple[type[PipelineError], HTTPStatus], ...]] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (NotPermitted, HTTPStatus.FORBIDDEN),
    (InvalidInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (IllegalTransition, HTTPStatus.CONFLICT),
    (HoldInForce, HTTPStatus.CONFLICT),
    (VendorError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
)


def status_of(error: PipelineError) -> HTTPStatus:
    """Choose the status of an error; one that no request should meet is a fault of ours."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def problem(status: HTTPStatus, detail: str = "", *, headers: Mapping[str, str] | None = None) -> Response:
    """Write a problem document. `detail` is a sentence of ours, never something that was sent to us."""
    body: dict[str, str | int] = {"type": "about:blank", "title": status.phrase, "status": status.value}
    if detail:
        body["detail"] = detail
    return JSONResponse(body, status.value, dict(headers or {}), media_type="application/problem+json")


type PageOf = Callable[[Request, HTTPStatus, str], Response | None]
"""Writes a problem as a page, where a person's browser asked for one; else gives None."""


def install(app: FastAPI, *, page_of: PageOf | None = None) -> None:
    """Render every error of an application as a problem document, or as a page where one was asked for."""
    app.state.page_of = page_of
    app.add_exception_handler(PipelineError, _ours)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(Exception, _unforeseen)


def answer(request: Request, error: PipelineError | HTTPException) -> Response:
    """Render an error as an installed application would, where no application stands around."""
    return _of_the_framework(request, error) if isinstance(error, HTTPException) else _ours(request, error)


def _ours(request: Request, error: Exception) -> Response:
    if not isinstance(error, PipelineError):
        raise error
    status = status_of(error)
    _tell(request, status, error)
    headers = {"Retry-After": "1"} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
    return _written(request, status, (type(error).__doc__ or "").strip().splitlines()[0], headers=headers)


def _of_the_framework(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code < HTTPStatus.BAD_REQUEST:
        return Response(status_code=error.status_code, headers=error.headers)
    return _written(request, HTTPStatus(error.status_code), headers=error.headers)


def _of_validation(request: Request, error: Exception) -> Response:
    return _written(request, HTTPStatus.UNPROCESSABLE_ENTITY, (InvalidInput.__doc__ or "").strip())


def _unforeseen(request: Request, error: Exception) -> Response:
    _tell(request, HTTPStatus.INTERNAL_SERVER_ERROR, error)
    log().error("request.unforeseen", error=type(error).__name__, at=place_of(error))
    metrics.count(metrics.UNFORESEEN, "request")
    return _written(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _written(
    request: Request, status: HTTPStatus, detail: str = "", *, headers: Mapping[str, str] | None = None
) -> Response:
    app = request.scope.get("app")
    page_of: PageOf | None = getattr(app.state, "page_of", None) if app else None
    page = page_of(request, status, detail) if page_of else None
    if page is None:
        return problem(status, detail, headers=headers)
    page.headers.update(headers or {})
    return page


def _tell(request: Request, status: HTTPStatus, error: Exception) -> None:
    route = getattr(request.scope.get("route"), "path", "")
    log().warning("request.refused", route=route, status=status.value, error=type(error).__name__)
