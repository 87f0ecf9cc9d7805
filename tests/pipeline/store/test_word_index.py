from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.store.artifacts import mark_purged
from pipeline.store.recordings import get_recording
from pipeline.store.word_index import (
    SEARCH_LASTS,
    add_word_search,
    forget_words,
    get_word_search,
    list_unindexed,
    put_terms,
)
from tests.builders import an_artifact_row
from tests.queue_items import a_line


def terms(tx) -> list[list[int]]:
    return list(tx.connection.execute(text("select terms from earmark.word_index")).scalars())


def test_what_is_published_without_words_or_never_assessed_is_listed_a_page_at_a_time(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        made = sorted(a_line(tx, keys) for _ in range(3))
        assert list_unindexed(tx, limit=2) == tuple(made[:2])
        assert list_unindexed(tx, after=made[1]) == (made[2],)
        put_terms(tx, made[0], "art_1", (1,))
        assert list_unindexed(tx) == tuple(made[1:])


def test_new_words_replace_old_ones_and_can_be_forgotten(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        recording = a_line(tx, keys)
        put_terms(tx, recording, "art_1", (1, 2))
        put_terms(tx, recording, "art_2", (3, -(2**63)))
        assert terms(tx) == [[3, -(2**63)]]
        forget_words(tx, recording)
        assert terms(tx) == []


def test_words_go_in_the_transaction_that_purges_their_transcript_and_with_no_other(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        recording = get_recording(tx, a_line(tx, keys))
        transcript, sound = (
            an_artifact_row(tx, recording, kind)
            for kind in (ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.RECORDING_REDACTED)
        )
        put_terms(tx, recording.id, transcript.id, (1,))
        mark_purged(tx, sound.id)
        assert terms(tx) == [[1]]
        mark_purged(tx, transcript.id)
        assert terms(tx) == []


def test_what_somebody_looks_for_is_theirs_sealed_and_over_after_some_hours(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        made = add_word_search(tx, terms=(4, 5), is_phrase=True, query='"canary refund"', actor="user:ada", keys=keys)
        found = get_word_search(tx, made, actor="user:ada", keys=keys)
        assert (found.terms, found.is_phrase, found.query) == ((4, 5), True, '"canary refund"')
        assert "canary" not in str(tx.connection.execute(text("select * from earmark.word_searches")).all())
        with pytest.raises(NotFound):
            get_word_search(tx, made, actor="user:grace", keys=keys)
    clock.at += SEARCH_LASTS
    with database.transaction(tenant.id) as tx:
        with pytest.raises(NotFound):
            get_word_search(tx, made, actor="user:ada", keys=keys)
        add_word_search(tx, terms=(6,), is_phrase=False, query="next", actor="user:ada", keys=keys)
        assert tx.connection.execute(text("select count(*) from earmark.word_searches")).scalar() == 1
