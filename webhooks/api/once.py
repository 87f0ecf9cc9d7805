"""A write that carries an `Idempotency-Key` is done once, however often it is asked for.

What was refused changed nothing, so its name may be used again. Where the first request did not end with an answer of
ours (the process died, a vendor or the store failed) nobody knows what was done, and asking again says so instead of
doing it twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from pipeline.model.api_key import KeyHolder
from pipeline.model.errors import PipelineError
from pipeline.model.idempotency import Asked, KeptAnswer, asked
from pipeline.store.api_answers import begin_answer, forget_answer, keep_answer
from webhooks.problems import problem, status_of
from webhooks.tenancy import context_of

HEADER: Final = "Idempotency-Key"
_READS: Final = frozenset({"GET", "HEAD"})
_OTHER: Final = "This Idempotency-Key was used for another request."
_NOT_KNOWN: Final = (
    "The first request with this Idempotency-Key has no answer yet. It is still worked on, or did not end: look "
    "whether it was done before asking again with another key."
)


async def done_once(request: Request, holder: KeyHolder, inside: Callable[[Request], Awaitable[Response]]) -> Response:
    """Answer a request, or give again what the same one was answered with."""
    name = request.headers.get(HEADER)
    if name is None or request.method in _READS:
        return await inside(request)
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = asked(
        holder.key or "first", name, method=request.method, target=target, body=await request.body()
    )  # raises before anything is done
    kept = await run_in_threadpool(_begin, request, holder, wanted)
    if kept is not None:
        return _again(kept, wanted)
    try:
        answer = await inside(request)
    except (PipelineError, HTTPException, RequestValidationError) as error:
        if _changed_nothing(error):
            await run_in_threadpool(_forget, request, holder, wanted)
        raise
    await run_in_threadpool(_keep, request, holder, wanted, answer)
    return answer


def _again(kept: KeptAnswer, wanted: Asked) -> Response:
    if kept.request_sha256 != wanted.request_sha256:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, _OTHER)
    if kept.status is None:
        return problem(HTTPStatus.CONFLICT, _NOT_KNOWN)
    headers = {"Idempotency-Replayed": "true"}
    return Response(kept.body, kept.status, headers, media_type="application/json" if kept.body else None)


def _changed_nothing(error: PipelineError | HTTPException | RequestValidationError) -> bool:
    if isinstance(error, RequestValidationError):
        return True
    status = error.status_code if isinstance(error, HTTPException) else status_of(error)
    return status < HTTPStatus.INTERNAL_SERVER_ERROR


def _begin(request: Request, holder: KeyHolder, wanted: Asked) -> KeptAnswer | None:
    context = context_of(request)
    with context.database.transaction(holder.tenant) as tx:
        return begin_answer(tx, wanted, keys=context.keys)


def _keep(request: Request, holder: KeyHolder, wanted: Asked, answer: Response) -> None:
    context, body = context_of(request), bytes(answer.body)
    with context.database.transaction(holder.tenant) as tx:
        keep_answer(tx, wanted, status=answer.status_code, body=body, keys=context.keys)


def _forget(request: Request, holder: KeyHolder, wanted: Asked) -> None:
    with context_of(request).database.transaction(holder.tenant) as tx:
        forget_answer(tx, wanted)
