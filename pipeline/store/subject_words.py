"""What the tenant's people write about a request. It is sealed, and is opened for whoever may see who asks."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from pipeline.model.subject import SubjectRequest
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.subject_requests import note_act
from pipeline.store.tables_subjects import subject_request_events

REASONED: Final = "reasoned"
"""The act with which a person of the tenant says why a request is answered, or how."""
ATTESTED: Final = "attested"
"""The act with which they say which proof they saw of who asks."""
REFUSED: Final = "refused"
"""The act with which they say why a request is refused."""
CLOSED: Final = "closed"
"""The act with which they say why a request is closed."""

CORRECTED: Final = "correction_given"
"""The act with which they give the words that a transcript should have, as a list of turns."""


def note_words(tx: Transaction, request: SubjectRequest, act: str, words: str, *, keys: Keys, actor: str) -> None:
    """Add what somebody wrote to what happened to a request. The words are sealed."""
    sealed = seal(words.encode(), keys=keys, tenant=tx.tenant, context=_words_context(request.id, act))
    note_act(tx, request, act, actor=actor, sealed=sealed)


def read_words(tx: Transaction, request: str, act: str, *, keys: Keys) -> tuple[str, ...]:
    """Open what was written with an act of a request, the first first."""
    e = subject_request_events.c
    query = (
        select(e.sealed)
        .where(e.tenant == tx.tenant, e.request_id == request, e.act == act, e.sealed.is_not(None))
        .order_by(e.id)
    )
    context = _words_context(request, act)
    rows = tx.connection.execute(query).scalars()
    return tuple(open_sealed(row, keys=keys, tenant=tx.tenant, context=context).decode() for row in rows)


def _words_context(request: str, act: str) -> dict[str, str]:
    return {"kind": "subject.words", "request": request, "act": act}
