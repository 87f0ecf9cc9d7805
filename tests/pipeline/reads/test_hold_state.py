from __future__ import annotations

import pytest

from pipeline.decisions.holds import approve_release, ask_release, place
from pipeline.decisions.matters import open_matter
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound, StoreUnreachable
from pipeline.reads.hold_state import LockState, read_hold_state
from pipeline.steps.context import shelf_of
from pipeline.store.reasons import seal_reason
from tests.builders import an_artifact_row


class Away:
    """A store that does not answer."""

    def read_lock(self, key: str):
        raise StoreUnreachable("lock")


@pytest.fixture
def recording(line):
    made = line.record()
    line.context.vault.keep(shelf_of(made), ArtifactKind.SUMMARY, b"words")
    return made


def hold_on(line, recording, keys, reason="canary reason"):
    with line.tx() as tx:
        why = seal_reason(tx, reason, subject="m-1", act="hold", keys=keys, actor="user:a")
        return place(
            tx, line.context.vault, matter="m-1", scope=("recording", recording.id), actor="user:a", reason=why
        )


def state(line, hold, keys, objects=None, after=""):
    with line.tx() as tx:
        return read_hold_state(tx, objects or line.context.vault.objects, hold.id, keys=keys, after=after)


def test_what_the_store_says_is_shown_and_not_what_we_believe(line, recording):
    vault = line.context.vault
    hold = hold_on(line, recording, vault.keys)
    found = state(line, hold, vault.keys)
    assert [(one.artifact.kind, one.lock) for one in found.covered] == [(ArtifactKind.SUMMARY, LockState.LOCKED)]
    assert (found.is_whole, found.after, found.words_of(hold.reason)) == (True, None, "canary reason")
    assert "canary" not in hold.reason + repr(found)
    vault.objects.lock(found.covered[0].artifact.object_key, hold=False)
    assert state(line, hold, vault.keys).covered[0].lock is LockState.NOT_LOCKED
    assert state(line, hold, vault.keys, Away()).covered[0].lock is LockState.UNKNOWN
    with line.tx() as tx:
        an_artifact_row(tx, recording)
    assert {one.lock for one in state(line, hold, vault.keys).covered} == {LockState.NOT_LOCKED, LockState.MISSING}


def test_a_hold_that_covers_much_is_shown_a_page_at_a_time(line, recording):
    keys = line.context.vault.keys
    hold = hold_on(line, recording, keys)
    with line.tx() as tx:
        for _ in range(60):
            an_artifact_row(tx, recording)
    first = state(line, hold, keys)
    second = state(line, hold, keys, after=first.after)
    assert (len(first.covered), len(second.covered), second.after) == (50, 11, None)
    assert len({one.artifact.id for one in (*first.covered, *second.covered)}) == 61


def test_the_case_and_who_wants_it_released_are_told(line, recording):
    keys = line.context.vault.keys
    hold = hold_on(line, recording, keys)
    with line.tx() as tx:
        open_matter(tx, keys, matter="m-1", title="Smith ./. Acme", owners=(), actor="user:a")
        ask_release(tx, hold=hold.id, actor="user:a", reason="told in plain words")
    found = state(line, hold, keys)
    assert (found.matter.title, found.words_of(found.hold.release_reason)) == ("Smith ./. Acme", "told in plain words")
    with line.tx() as tx:
        approve_release(tx, hold=hold.id, actor="user:b")
    assert state(line, hold, keys).hold.released_by == "user:b"
    with line.tx() as tx, pytest.raises(NotFound):
        read_hold_state(tx, line.context.vault.objects, "hold_other", keys=keys)
