"""Who works on what: claim, release, assign, escalate, close and reopen a recording in the review queue.

Each names the version of the line that somebody saw; where another moved it since, nothing is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotPermitted
from pipeline.model.ids import RecordingId
from pipeline.model.queue_item import EscalationGroup, Move, QueueFilter, QueueItem, QueueState, moved
from pipeline.model.user import login_name
from pipeline.ports.keys import Keys
from pipeline.redaction.word_terms import is_phrase, query_terms, words_key
from pipeline.store.audit import Facts, add_event
from pipeline.store.review_moves import add_move
from pipeline.store.review_queue import lock_item, put_item
from pipeline.store.saved_searches import add_search
from pipeline.store.session import Transaction
from pipeline.store.word_index import add_word_search

_LONGEST_NOTE: Final = 1000
_LONGEST_NAME: Final = 60
_TAGS: Final[Mapping[Move, AuditTag]] = {
    Move.CLAIM: AuditTag.REVIEW_CLAIMED,
    Move.RELEASE: AuditTag.REVIEW_RELEASED,
    Move.ASSIGN: AuditTag.REVIEW_ASSIGNED,
    Move.ESCALATE: AuditTag.REVIEW_ESCALATED,
    Move.CLOSE: AuditTag.REVIEW_CLOSED,
    Move.REOPEN: AuditTag.REVIEW_REOPENED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAsk:
    """What somebody wants to do with a line as they saw it."""

    move: Move
    version: int
    towards: str = ""
    """Whom it is assigned or escalated to: `user:<login>`, or a group for an escalation."""
    note: str = field(default="", repr=False)
    """Why, in their words; kept sealed. An escalation and a reopening need one."""


def move_item(tx: Transaction, recording: RecordingId, ask: MoveAsk, *, keys: Keys, actor: str) -> QueueItem:
    """Move a recording in the queue, and give its line as it stands then.

    Raises:
        InvalidInput: no note where one is needed, one that is too long, or nobody it could go to.
        NotPermitted: it is claimed by somebody else; whoever may assign takes it over.
        NotFound: it is not before the reviewers.
        Conflict: somebody moved it since.
        IllegalTransition: it cannot be moved that way from where it is.
    """
    note = ask.note.strip()
    if len(note) > _LONGEST_NOTE or (not note and ask.move in (Move.ESCALATE, Move.REOPEN)):
        raise InvalidInput(f"write why, in at most {_LONGEST_NOTE} characters")
    towards = _towards(ask)
    item = lock_item(tx, recording, version=ask.version)
    if ask.move in (Move.RELEASE, Move.CLOSE, Move.ESCALATE) and item.assignee not in (None, actor):
        raise NotPermitted("somebody else works on this recording")
    state = moved(item.state, ask.move)
    assignee = {Move.CLAIM: actor, Move.ASSIGN: towards, Move.CLOSE: item.assignee}.get(ask.move)
    made = put_item(
        tx, item, state=state, assignee=assignee, escalated_to=towards if state is QueueState.ESCALATED else None
    )
    add_move(tx, recording, ask.move, actor=actor, towards=towards, note=note, keys=keys)
    facts: Facts = {"recording": recording, "from": item.state.value, "towards": towards, "version": made.version}
    add_event(tx, _TAGS[ask.move], actor=actor, target=item.id, facts=facts)
    return made


def save_search(tx: Transaction, wanted: QueueFilter, *, name: str, keys: Keys, actor: str) -> str:
    """Keep a filter under a name for whoever made it.

    Raises:
        InvalidInput: no name, or one that is too long.
        IllegalTransition: they have as many as anybody may have.
    """
    if not 0 < len(name.strip()) <= _LONGEST_NAME:
        raise InvalidInput(f"a search has a name of at most {_LONGEST_NAME} characters")
    return add_search(tx, wanted, name=name.strip(), actor=actor, keys=keys)


def look_for(tx: Transaction, query: str, *, keys: Keys, actor: str) -> str:
    """Note what somebody looks for in redacted transcripts, and give its id: words never stand in an address.

    Raises:
        InvalidInput: no word, or too many.
    """
    terms = query_terms(query, key=words_key(keys.digest_key(tx.tenant)))
    made = add_word_search(tx, terms=terms, is_phrase=is_phrase(query), query=query.strip(), actor=actor, keys=keys)
    add_event(tx, AuditTag.REVIEW_SEARCHED, actor=actor, target=made, facts={"words": len(terms)})
    return made


def _towards(ask: MoveAsk) -> str | None:
    if ask.move not in (Move.ASSIGN, Move.ESCALATE):
        return None
    if ask.move is Move.ESCALATE and ask.towards in tuple(EscalationGroup):
        return ask.towards
    if not ask.towards.startswith("user:"):
        raise InvalidInput("name whom it goes to")
    return f"user:{login_name(ask.towards.removeprefix('user:'))}"
