"""The keyed index of words in redacted transcripts, and what was looked for in it. No word stands here.

A recording's terms are removed by the database itself in the transaction that notes its transcript as purged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId, RecordingId, new_id
from pipeline.model.queue_item import QueueState
from pipeline.model.recording import RecordingState
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables import recordings, review_items
from pipeline.store.tables_queue import word_index, word_searches

SEARCH_LASTS: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordSearch:
    """What somebody looks for. The words themselves stand sealed, to be shown to them again and for a phrase."""

    id: str
    terms: tuple[int, ...] = field(repr=False)
    is_phrase: bool
    query: str = field(repr=False)


def put_terms(tx: Transaction, recording: RecordingId, artifact: ArtifactId, terms: Sequence[int]) -> bool:
    """Put the terms of a recording's redacted transcript in the place of those it had.

    False where the recording is not published by now: whoever withholds it waits for this, and removes them.
    """
    if not _is_published(tx, recording):
        forget_words(tx, recording)
        return False
    new = {"artifact_id": artifact, "terms": list(terms), "at": tx.now}
    row = insert(word_index).values(id=new_id("wix"), tenant=tx.tenant, recording_id=recording, **new)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["tenant", "recording_id"], set_=new))
    return True


def list_unindexed(tx: Transaction, *, after: str = "", limit: int = 200) -> tuple[RecordingId, ...]:
    """List, in the order of their ids, recordings that are published without words, or in the queue never assessed."""
    indexed = exists().where(word_index.c.tenant == tx.tenant, word_index.c.recording_id == recordings.c.id)
    unassessed = exists().where(
        review_items.c.tenant == tx.tenant,
        review_items.c.recording_id == recordings.c.id,
        review_items.c.state != QueueState.PURGED.value,
        review_items.c.consent.is_(None),
    )
    is_published = recordings.c.state == RecordingState.PUBLISHED.value
    query = select(recordings.c.id).where(
        recordings.c.tenant == tx.tenant, recordings.c.id > after, (is_published & ~indexed) | unassessed
    )
    return tuple(map(RecordingId, tx.connection.execute(query.order_by(recordings.c.id).limit(limit)).scalars()))


def forget_words(tx: Transaction, recording: RecordingId) -> None:
    """Remove a recording's terms."""
    mine = (word_index.c.tenant == tx.tenant) & (word_index.c.recording_id == recording)
    tx.connection.execute(delete(word_index).where(mine))


def add_word_search(
    tx: Transaction, *, terms: Sequence[int], is_phrase: bool, query: str, actor: str, keys: Keys
) -> str:
    """Keep what somebody looks for, for some hours; what they looked for before that is removed."""
    mine = (word_searches.c.tenant == tx.tenant) & (word_searches.c.actor == actor)
    tx.connection.execute(delete(word_searches).where(mine, word_searches.c.at <= tx.now - SEARCH_LASTS))
    made = new_id("wsr")
    tx.connection.execute(
        insert(word_searches).values(
            id=made,
            tenant=tx.tenant,
            actor=actor,
            terms=list(terms),
            is_phrase=is_phrase,
            sealed=seal(query.encode(), keys=keys, tenant=tx.tenant, context=_context(made)),
            at=tx.now,
        )
    )
    return made


def get_word_search(tx: Transaction, search: str, *, actor: str, keys: Keys) -> WordSearch:
    """Read what somebody looks for.

    Raises:
        NotFound: they look for nothing under that id, or did too long ago.
    """
    row = tx.connection.execute(
        select(word_searches).where(
            word_searches.c.tenant == tx.tenant,
            word_searches.c.actor == actor,
            word_searches.c.id == search,
            word_searches.c.at > tx.now - SEARCH_LASTS,
        )
    ).first()
    if row is None:
        raise NotFound("no such search, or it is over")
    query = open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id)).decode()
    return WordSearch(id=row.id, terms=tuple(row.terms), is_phrase=row.is_phrase, query=query)


def _is_published(tx: Transaction, recording: RecordingId) -> bool:
    """Say whether a recording is published, and keep it from being withheld until the transaction ends."""
    mine = (recordings.c.tenant == tx.tenant) & (recordings.c.id == recording)
    state = tx.connection.execute(select(recordings.c.state).where(mine).with_for_update(read=True)).scalar()
    return bool(state == RecordingState.PUBLISHED.value)


def _context(search: str) -> dict[str, str]:
    return {"kind": "word.search", "search": search}
