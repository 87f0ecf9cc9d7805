from __future__ import annotations

import pytest

from pipeline.decisions.holds import place, release
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput, NotFound, StoreUnreachable
from pipeline.steps.context import shelf_of
from pipeline.store.holds import list_holds
from pipeline.store.vault import Vault

KIND = ArtifactKind.TRANSCRIPT_ORIGINAL


def kept(line, recording, body: bytes = b"words") -> str:
    return line.context.vault.keep(shelf_of(recording), KIND, body).object_key


def hold(line, kind: str, subject: str, matter: str = "m-1", *, vault=None):
    with line.tx() as tx:
        return place(
            tx, vault or line.context.vault, matter=matter, scope=(kind, subject), actor="user:1", reason="lawsuit"
        )


def let_go(line, placed, reason: str = "settled"):
    with line.tx() as tx:
        return release(tx, line.context.vault, hold=placed.id, actor="user:2", reason=reason)


def is_locked(line, key: str) -> bool:
    return line.context.vault.objects.read_lock(key).is_held


@pytest.fixture
def recordings(line):
    first, second = line.record(), line.record()
    return first, second


@pytest.mark.parametrize("scope", ["recording", "call", "tenant"])
def test_a_hold_locks_every_object_it_covers_and_no_other(line, recordings, scope):
    first, second = recordings
    keys = [kept(line, first, b"one"), kept(line, first, b"two"), kept(line, second)]
    placed = hold(line, scope, {"recording": first.id, "call": first.call, "tenant": "acme"}[scope])
    assert [is_locked(line, k) for k in keys] == [True, True, scope == "tenant"]
    assert line.events("hold:hold:placed") == [
        {"matter": "m-1", "scope_kind": scope, "scope": placed.scope_id},
    ]


def test_a_held_object_cannot_be_purged_until_it_is_released(line, recordings):
    key = kept(line, recordings[0])
    placed = hold(line, "recording", recordings[0].id)
    assert not line.context.vault.objects.purge(key).is_complete
    let_go(line, placed)
    assert line.context.vault.objects.purge(key).is_complete


def test_what_another_hold_still_covers_stays_locked(line, recordings):
    first, second = recordings
    keys = [kept(line, first), kept(line, second)]
    on_one, on_all = hold(line, "recording", first.id), hold(line, "tenant", "acme", "m-2")
    let_go(line, on_all)
    assert [is_locked(line, k) for k in keys] == [True, False]
    let_go(line, on_one)
    assert [is_locked(line, k) for k in keys] == [False, False]


def test_two_holds_of_one_matter_on_one_thing_are_released_one_by_one(line, recordings):
    key = kept(line, recordings[0])
    first, second = hold(line, "call", recordings[0].call), hold(line, "recording", recordings[0].id)
    let_go(line, first)
    assert is_locked(line, key)
    let_go(line, second)
    assert not is_locked(line, key)


def test_a_release_is_audited_with_its_reason(line, recordings):
    placed = hold(line, "recording", recordings[0].id)
    assert let_go(line, placed).released_at is not None
    assert line.events("hold:hold:released") == [{"matter": "m-1", "why": "settled"}]


def test_an_object_that_cannot_be_locked_leaves_no_hold_behind(line, recordings):
    kept(line, recordings[0])
    vault = line.context.vault

    class Broken(type(vault.objects)):
        def lock(self, key, **more):
            raise StoreUnreachable("lock")

    broken = Vault(database=vault.database, objects=Broken(line.folder / "objects"), keys=vault.keys)
    with pytest.raises(StoreUnreachable):
        hold(line, "recording", recordings[0].id, vault=broken)
    with line.tx() as tx:
        assert list_holds(tx) == ()
    assert line.events("hold:hold:placed") == []


@pytest.mark.parametrize(
    ("matter", "kind", "subject", "reason", "error"),
    [
        (" ", "tenant", "acme", "r", InvalidInput),
        ("m", "tenant", "acme", " ", InvalidInput),
        ("m", "artifact", "art_1", "r", InvalidInput),
        ("m", "tenant", "other", "r", InvalidInput),
        ("m", "recording", "rec_none", "r", NotFound),
        ("m", "call", "call_none", "r", NotFound),
    ],
)
def test_a_hold_without_matter_reason_or_subject_is_refused(line, matter, kind, subject, reason, error):
    with pytest.raises(error), line.tx() as tx:
        place(tx, line.context.vault, matter=matter, scope=(kind, subject), actor="u", reason=reason)
    with line.tx() as tx:
        assert list_holds(tx) == ()


def test_a_release_without_a_reason_or_of_no_hold_is_refused_and_unlocks_nothing(line, recordings):
    key = kept(line, recordings[0])
    placed = hold(line, "recording", recordings[0].id)
    with pytest.raises(InvalidInput):
        let_go(line, placed, " ")
    let_go(line, placed)
    with pytest.raises(NotFound):
        let_go(line, placed)
    assert not is_locked(line, key)
    with line.tx() as tx, pytest.raises(NotFound):
        release(tx, line.context.vault, hold="hold_none", actor="u", reason="r")
