"""A tenant's requests of people a page at a time, the first due first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, tuple_

from pipeline.model.subject import NOT_ANSWERED, SubjectRequest
from pipeline.store.session import Transaction
from pipeline.store.subject_requests import get_request, request_of
from pipeline.store.tables_subjects import subject_requests


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """Some requests; `after` asks for those due later, None where there are no more."""

    requests: tuple[SubjectRequest, ...]
    after: str | None


def read_requests(tx: Transaction, *, only_open: bool = True, after: str = "", limit: int = 50) -> RequestPage:
    """Read a page of requests: those without an answer, or all.

    Raises:
        NotFound: `after` is no request of the tenant.
    """
    t = subject_requests.c
    query = select(subject_requests).where(t.tenant == tx.tenant).order_by(t.due_on, t.id).limit(limit + 1)
    if only_open:
        query = query.where(t.state.in_(sorted(state.value for state in NOT_ANSWERED)))
    if after:
        last = get_request(tx, after)
        query = query.where(tuple_(t.due_on, t.id) > tuple_(last.deadline.due_on, last.id))
    rows = tx.connection.execute(query).all()
    shown = tuple(request_of(row) for row in rows[:limit])
    return RequestPage(requests=shown, after=shown[-1].id if len(rows) > limit else None)
