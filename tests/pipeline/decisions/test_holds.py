from __future__ import annotations

import threading

import pytest

from pipeline.decisions.holds import approve_release, ask_release, place, reject_release
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted, StoreUnreachable
from pipeline.steps.context import shelf_of
from pipeline.store.holding import is_marked_held
from pipeline.store.holds import list_holds, list_holds_on
from pipeline.store.vault import Vault
from tests.pipeline.store.test_holds import add_party

KIND = ArtifactKind.TRANSCRIPT_ORIGINAL


def kept(line, recording, body: bytes = b"words") -> str:
    return line.context.vault.keep(shelf_of(recording), KIND, body).object_key


def hold(line, kind: str, subject: str, matter: str = "m-1", *, vault=None):
    with line.tx() as tx:
        return place(
            tx, vault or line.context.vault, matter=matter, scope=(kind, subject), actor="user:1", reason="lawsuit"
        )


def ask(line, placed, actor: str = "user:1", reason: str = "settled"):
    with line.tx() as tx:
        return ask_release(tx, hold=placed.id, actor=actor, reason=reason)


def approve(line, placed, actor: str = "user:2"):
    with line.tx() as tx:
        return approve_release(tx, hold=placed.id, actor=actor)


def release(line, placed):
    ask(line, placed)
    return approve(line, placed)


def is_locked(line, key: str) -> bool:
    return line.context.vault.objects.read_lock(key).is_held


@pytest.fixture
def recordings(line):
    first, second = line.record(), line.record()
    return first, second


@pytest.mark.parametrize("scope", ["recording", "call", "tenant", "query"])
def test_a_hold_locks_every_object_it_covers_and_no_other(line, recordings, scope):
    first, second = recordings
    keys = [kept(line, first, b"one"), kept(line, first, b"two"), kept(line, second)]
    subject = {"recording": first.id, "call": first.call, "tenant": "acme", "query": '{"kind": "transcript.original"}'}
    placed = hold(line, scope, subject[scope])
    covered = [True, True, scope in ("tenant", "query")]
    assert [is_locked(line, k) for k in keys] == covered
    assert line.events("hold:hold:placed") == [
        {
            "matter": "m-1",
            "scope_kind": scope,
            "scope": placed.scope_id,
            "objects": sum(covered),
            "missing": 0,
            "via": "",
        },
    ]


def test_what_is_held_is_out_of_what_is_due_at_once(line, recordings):
    artifact = line.context.vault.keep(shelf_of(recordings[0]), KIND, b"words")
    hold(line, "recording", recordings[0].id)
    with line.tx() as tx:
        assert is_marked_held(tx, artifact.id)


def test_a_held_object_cannot_be_purged(line, recordings):
    key = kept(line, recordings[0])
    hold(line, "recording", recordings[0].id)
    assert not line.context.vault.objects.purge(key).is_complete


def test_what_is_made_after_a_hold_is_locked_before_its_row_is_there(line, recordings):
    hold(line, "call", recordings[0].call)
    artifact = line.context.vault.keep(shelf_of(recordings[0]), KIND, b"words")
    assert is_locked(line, artifact.object_key)
    with line.tx() as tx:
        assert is_marked_held(tx, artifact.id)


def test_a_new_artifact_whose_lock_fails_has_no_row(line, recordings):
    hold(line, "recording", recordings[0].id)
    with pytest.raises(StoreUnreachable):
        broken(line).keep(shelf_of(recordings[0]), KIND, b"words")
    assert line.artifact(recordings[0], KIND) is None
    key = kept(line, recordings[0])  # the step is repeated, and finds the object that is there
    assert is_locked(line, key)


def test_a_hold_and_an_artifact_that_come_at_the_same_time_find_each_other(line, recordings):
    """Whichever transaction is first, the object is locked when both are through."""
    keys, errors = [], []

    def keep(n: int) -> None:
        try:
            keys.append(kept(line, recordings[0], b"words %d" % n))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=keep, args=(n,)) for n in range(6)]
    threads.insert(3, threading.Thread(target=hold, args=(line, "recording", recordings[0].id)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(keys) == 6
    assert all(is_locked(line, key) for key in keys)


def test_an_object_that_cannot_be_locked_leaves_no_hold_and_no_lock_behind(line, recordings):
    keys = [kept(line, recordings[0], b"%d" % n) for n in range(3)]
    with pytest.raises(StoreUnreachable):
        hold(line, "recording", recordings[0].id, vault=broken(line, after=2))
    with line.tx() as tx:
        assert list_holds(tx) == ()
    assert line.events("hold:hold:placed") == line.events("hold:matter:opened") == []
    assert [is_locked(line, key) for key in keys] == [False] * 3


def test_a_placing_that_fails_frees_nothing_that_another_matter_holds(line, recordings):
    keys = [kept(line, recordings[0], b"%d" % n) for n in range(3)]
    hold(line, "recording", recordings[0].id)
    with pytest.raises(StoreUnreachable):
        hold(line, "tenant", "acme", "m-2", vault=broken(line, after=2))
    assert [is_locked(line, key) for key in keys] == [True] * 3


def test_an_object_that_is_not_there_is_counted_and_hinders_no_hold(line, recordings):
    key = kept(line, recordings[0])
    line.context.vault.objects.purge(key)
    hold(line, "recording", recordings[0].id)
    assert [(e["objects"], e["missing"]) for e in line.events("hold:hold:placed")] == [(0, 1)]


def test_a_release_needs_a_second_person_and_both_stand_in_the_log(line, recordings):
    placed = hold(line, "recording", recordings[0].id)
    assert ask(line, placed).released_at is None
    with pytest.raises(NotPermitted):
        approve(line, placed, "user:1")
    with line.tx() as tx:
        assert len(list_holds_on(tx, recording=recordings[0].id)) == 1
    assert approve(line, placed).released_by == "user:2"
    assert line.events("hold:release:asked") == [{"matter": "m-1", "why": "settled", "via": ""}]
    assert line.events("hold:hold:released") == [{"matter": "m-1", "why": "settled", "asked_by": "user:1", "via": ""}]


def test_a_rejected_release_leaves_the_hold_in_force_and_stands_in_the_log(line, recordings):
    placed = hold(line, "recording", recordings[0].id)
    ask(line, placed)
    with line.tx() as tx:
        assert reject_release(tx, hold=placed.id, actor="user:2", reason="appeal").release_requested_by is None
    assert line.events("hold:release:rejected") == [{"matter": "m-1", "why": "appeal", "asked_by": "user:1", "via": ""}]
    with pytest.raises(IllegalTransition):
        approve(line, placed)


def test_the_lock_stays_on_until_the_hold_was_settled_after_its_release(line, recordings):
    """The store may fail then: a lock too many is tried again, a lock too few never happens."""
    key = kept(line, recordings[0])
    release(line, hold(line, "recording", recordings[0].id))
    assert is_locked(line, key)


@pytest.mark.parametrize(
    ("matter", "kind", "subject", "reason", "error"),
    [
        (" ", "tenant", "acme", "r", InvalidInput),
        ("m", "tenant", "acme", " ", InvalidInput),
        ("m", "artifact", "art_1", "r", InvalidInput),
        ("m", "tenant", "other", "r", InvalidInput),
        ("m", "recording", "rec_none", "r", NotFound),
        ("m", "call", "call_none", "r", NotFound),
        ("m", "party", "+12125550100", "r", InvalidInput),
        ("m", "party", 'a"}', "r", InvalidInput),
        ("m", "query", "{}", "r", InvalidInput),
        ("m", "query", '{"colour": "red"}', "r", InvalidInput),
    ],
)
def test_a_hold_without_matter_reason_or_subject_is_refused(line, matter, kind, subject, reason, error):
    with pytest.raises(error), line.tx() as tx:
        place(tx, line.context.vault, matter=matter, scope=(kind, subject), actor="u", reason=reason)
    with line.tx() as tx:
        assert list_holds(tx) == ()


def test_a_release_without_a_reason_or_of_no_hold_is_refused(line, recordings):
    placed = hold(line, "recording", recordings[0].id)
    with pytest.raises(InvalidInput):
        ask(line, placed, reason=" ")
    with pytest.raises(IllegalTransition):
        approve(line, placed)
    ask(line, placed)
    with pytest.raises(InvalidInput), line.tx() as tx:
        reject_release(tx, hold=placed.id, actor="user:2", reason=" ")
    approve(line, placed)
    for act in (ask, approve):
        with pytest.raises(NotFound):
            act(line, placed)


def test_a_party_is_held_across_calls_by_the_reference_of_a_number(line, recordings):
    keys = [kept(line, recording) for recording in recordings]
    name_party(line, recordings[0], "a" * 64)
    hold(line, "party", "a" * 64)
    assert [is_locked(line, key) for key in keys] == [True, False]
    name_party(line, recordings[1], "a" * 64)
    assert is_locked(line, kept(line, recordings[1], b"later"))


def name_party(line, recording, ref: str) -> None:
    """Somebody of that number joins the call of a recording."""
    with line.tx() as tx:
        add_party(tx, recording.call, ref)


def broken(line, *, after: int = 0) -> Vault:
    """The vault with a store that locks so many objects and then fails, but still frees."""
    vault = line.context.vault

    class Broken(type(vault.objects)):
        locked = 0

        def lock(self, key, **more):
            if more.get("hold"):
                Broken.locked += 1
                if Broken.locked > after:
                    raise StoreUnreachable("lock")
            return super().lock(key, **more)

    return Vault(database=vault.database, objects=Broken(line.folder / "objects"), keys=vault.keys)
