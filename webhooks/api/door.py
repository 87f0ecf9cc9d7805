"""The door of the API: whose key it is, how often it asks, what it may do, and that a named write is done once.

Two people's acts are never done by keys alone. A key asks for what needs two people (a release of a hold, a reveal,
settings in force, a deletion), and a person in the console allows it: not the one who made the key. No key allows
anything, takes on people, or makes keys.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from pipeline.model.allowance import Standing
from pipeline.model.api_key import KeyHolder, Scope
from pipeline.model.errors import IllegalTransition, InvalidInput, NotPermitted, PipelineError
from pipeline.store.api_allowances import spend_one
from webhooks.api.once import done_once
from webhooks.problems import answer as problem_of
from webhooks.problems import problem, status_of
from webhooks.tenancy import WebContext, context_of, tenant_of_key

Context = Annotated[WebContext, Depends(context_of)]
_bearer: Final = HTTPBearer(auto_error=False, scheme_name="key", description="The tenant's API key.")
_TOLD: Final = (InvalidInput, IllegalTransition, NotPermitted)
"""Refusals whose own sentence is told: it says what is wrong and nothing of what was sent."""


class ApiRoute(APIRoute):
    """A route behind the door. Every answer says how often the key may still ask."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the door in front of the route."""
        inside = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                holder = await run_in_threadpool(_open, request)
            except HTTPException as error:
                return refusal(request, error)
            counted = await run_in_threadpool(_count, request, holder)
            answer = await _answer(request, holder, inside) if not counted.is_refused else _too_often()
            answer.headers.update(_headers(counted))
            return answer

        return handle


def caller(
    request: Request,
    asked: SecurityScopes,
    _credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> KeyHolder:
    """Give whoever the door let in.

    Raises:
        NotPermitted: the key has not the scope that the route asks for.
    """
    holder: KeyHolder = request.state.holder
    if not asked.scopes or not frozenset(map(Scope, asked.scopes)) <= holder.scopes:
        raise NotPermitted("the key has not the scope for this")
    return holder


CallsRead = Annotated[KeyHolder, Security(caller, scopes=[Scope.CALLS_READ.value])]
CallsWrite = Annotated[KeyHolder, Security(caller, scopes=[Scope.CALLS_WRITE.value])]
RecordingsRead = Annotated[KeyHolder, Security(caller, scopes=[Scope.RECORDINGS_READ.value])]
RecordingsWrite = Annotated[KeyHolder, Security(caller, scopes=[Scope.RECORDINGS_WRITE.value])]
ReceiptsRead = Annotated[KeyHolder, Security(caller, scopes=[Scope.RECEIPTS_READ.value])]
ReviewsRead = Annotated[KeyHolder, Security(caller, scopes=[Scope.REVIEWS_READ.value])]
ReviewsWrite = Annotated[KeyHolder, Security(caller, scopes=[Scope.REVIEWS_WRITE.value])]
SettingsRead = Annotated[KeyHolder, Security(caller, scopes=[Scope.SETTINGS_READ.value])]
SettingsWrite = Annotated[KeyHolder, Security(caller, scopes=[Scope.SETTINGS_WRITE.value])]
SubjectsRead = Annotated[KeyHolder, Security(caller, scopes=[Scope.SUBJECTS_READ.value])]
SubjectsWrite = Annotated[KeyHolder, Security(caller, scopes=[Scope.SUBJECTS_WRITE.value])]
HoldsRead = Annotated[KeyHolder, Security(caller, scopes=[Scope.HOLDS_READ.value])]
HoldsWrite = Annotated[KeyHolder, Security(caller, scopes=[Scope.HOLDS_WRITE.value])]
AuditRead = Annotated[KeyHolder, Security(caller, scopes=[Scope.AUDIT_READ.value])]


def refusal(request: Request, error: PipelineError | HTTPException | RequestValidationError) -> Response:
    """Write a refusal as a problem document, with our own sentence where there is one."""
    if isinstance(error, RequestValidationError):
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, _where(error))
    if isinstance(error, _TOLD) and str(error):
        return problem(status_of(error), str(error))
    return problem_of(request, error)


def _open(request: Request) -> KeyHolder:
    """Find whose key it is.

    Raises:
        HTTPException: 401 for none, or one that nobody has.
    """
    scheme, _space, key = request.headers.get("authorization", "").partition(" ")
    holder = tenant_of_key(context_of(request), key.strip()) if scheme.lower() == "bearer" and key.strip() else None
    if holder is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    request.state.holder = holder
    return holder


def _count(request: Request, holder: KeyHolder) -> Standing:
    context = context_of(request)
    with context.database.transaction(holder.tenant) as tx:
        return spend_one(tx, holder.key or "first", context.allowance)


async def _answer(request: Request, holder: KeyHolder, inside: Callable[[Request], Awaitable[Response]]) -> Response:
    try:
        return await done_once(request, holder, inside)
    except (PipelineError, HTTPException, RequestValidationError) as error:
        return refusal(request, error)


def _too_often() -> Response:
    return problem(HTTPStatus.TOO_MANY_REQUESTS, "The key asks too often.")


def _headers(counted: Standing) -> dict[str, str]:
    told = {"Limit": counted.limit, "Remaining": counted.remaining, "Reset": counted.reset_s}
    headers = {f"RateLimit-{name}": str(value) for name, value in told.items()}
    return headers | ({"Retry-After": str(counted.retry_s)} if counted.is_refused else {})


def _where(error: RequestValidationError) -> str:
    """Say which part is wrong, by a name of ours; what was sent is never repeated."""
    first = error.errors()[0]
    where = [str(part) for part in first["loc"] if isinstance(part, str)][:2]
    if first["type"] == "extra_forbidden":
        where = where[:1]
    return f"{' '.join(where)}: {str(first['type']).replace('_', ' ')}"
