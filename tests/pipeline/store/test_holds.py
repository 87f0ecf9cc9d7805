from __future__ import annotations

import json

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import Leg, LegRole
from pipeline.model.errors import IllegalTransition, NotFound, NotPermitted
from pipeline.model.hold import query_of
from pipeline.model.ids import CallId, LegId, RecordingId, new_id
from pipeline.store.calls import add_flag, add_leg
from pipeline.store.holds import (
    SCOPE_KINDS,
    add_hold,
    ask_release,
    get_hold,
    is_anything_held,
    iter_covered,
    list_holds,
    list_holds_on,
    list_unsettled,
    mark_settled,
    reject_release,
    release_hold,
)
from pipeline.store.recordings import merge_facts
from tests.builders import a_call, a_recording, an_artifact_row
from tests.conftest import make_tenant

REC, CALL = RecordingId("rec_1"), CallId("call_1")
REF = "a" * 64


def place(tx, scope_kind: str, subject: str, matter: str = "m-1", **query):
    return add_hold(
        tx,
        matter=matter,
        scope=(scope_kind, subject),
        actor="user:1",
        reason="lawsuit",
        query=query_of(query) if query else None,
    )


def released(tx, hold: str):
    ask_release(tx, hold, actor="user:1", reason="settled")
    return release_hold(tx, hold, actor="user:2")


def add_party(tx, call: CallId, ref: str = REF) -> None:
    leg = Leg(id=LegId(new_id("leg")), call=call, role=LegRole.CALLEE, leg_sid=None, number_ref=ref, candidates=())
    add_leg(tx, leg)


def test_a_hold_is_read_back_as_it_was_placed(database, tenant):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, "recording", REC)
        asking = place(tx, "query", "d" * 64, kind="summary", captured_from="2026-01-01")
        assert list_holds(tx) == tuple(sorted((hold, asking), key=lambda h: h.id))
        assert get_hold(tx, asking.id) == asking
    assert (hold.matter, hold.placed_by, hold.reason, hold.placed_at) == ("m-1", "user:1", "lawsuit", tx.now)
    assert hold.released_at is None


@pytest.mark.parametrize(
    ("scope", "recording", "call", "is_covered"),
    [
        (("recording", REC), REC, CALL, True),
        (("recording", REC), REC, None, True),
        (("recording", REC), RecordingId("rec_2"), CALL, False),
        (("recording", REC), None, CALL, False),
        (("call", CALL), REC, CALL, True),
        (("call", CALL), None, CALL, True),
        (("call", CALL), REC, CallId("call_2"), False),
        (("call", CALL), REC, None, False),
        (("call", REC), REC, CALL, False),
        (("recording", CALL), REC, CALL, False),
        (("tenant", "acme"), REC, CALL, True),
        (("tenant", "acme"), None, None, True),
        (("tenant", "other"), REC, CALL, False),
        (("party", REF), REC, CALL, False),
    ],
)
def test_a_hold_covers_its_scope_and_nothing_else(database, tenant, scope, recording, call, is_covered):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, *scope)
        assert list_holds_on(tx, recording=recording, call=call) == ((hold,) if is_covered else ())


def test_a_recording_is_covered_by_its_calls_hold_also_where_the_call_is_not_named(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, a_call(tx, keys))
        hold = place(tx, "call", recording.call)
        assert list_holds_on(tx, recording=recording.id) == (hold,)


def test_a_hold_on_a_party_covers_all_of_their_calls_also_later_ones(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        first, other = a_call(tx, keys), a_call(tx, keys)
        add_party(tx, first)
        add_party(tx, other, "b" * 64)
        hold = place(tx, "party", REF)
        later = a_call(tx, keys)
        add_party(tx, later)
        covered = [list_holds_on(tx, call=call) for call in (first, later, other)]
    assert covered == [(hold,), (hold,), ()]


ASKED = [
    ({"kind": "transcript.original"}, {"transcript.original", "transcript.redacted"}),
    ({"kind": "recording.original"}, {"recording.original", "transcript.original", "transcript.redacted"}),
    ({"captured_from": "2026-11-21", "captured_to": "2026-11-21"}, "all"),
    ({"captured_to": "2026-11-20"}, set()),
    ({"number_ref": REF}, "all"),
    ({"number_ref": "b" * 64}, set()),
    ({"flag": "child_signal"}, "all"),
    ({"flag": "vip"}, set()),
    ({"mode": "notice_continue"}, "all"),
    ({"mode": "explicit_gate"}, set()),
    ({"entity_type": "PERSON"}, "all"),
    ({"entity_type": "US_SSN"}, set()),
    ({"kind": "transcript.redacted", "flag": "child_signal"}, {"transcript.redacted"}),
]


@pytest.mark.parametrize(("asked", "expected"), ASKED, ids=[json.dumps(a) for a, _ in ASKED])
def test_a_query_covers_what_meets_it_and_what_was_made_from_that(database, keys, tenant, asked, expected):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        add_party(tx, call)
        add_flag(tx, call, "child_signal")
        recording = a_recording(tx, call)
        merge_facts(tx, recording.id, {"entity_types": "CREDIT_CARD,PERSON"})
        audio = an_artifact_row(tx, recording)
        words = an_artifact_row(tx, recording, ArtifactKind.TRANSCRIPT_ORIGINAL, parents=(audio.id,))
        hidden = an_artifact_row(tx, recording, ArtifactKind.TRANSCRIPT_REDACTED, parents=(words.id,))
        hold = place(tx, "query", "d" * 64, **asked)
        made = (audio, words, hidden)
        wanted = {a.kind.value for a in made} if expected == "all" else expected
        assert {a.kind.value for a in made if list_holds_on(tx, artifact=a)} == wanted
        assert {a.kind.value for a in iter_covered(tx, hold)} == wanted
        assert bool(list_holds_on(tx, recording=recording.id, call=call)) == bool(wanted)


def test_what_was_made_from_several_recordings_is_covered_by_a_hold_on_any_of_them(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        one, two = (a_recording(tx, a_call(tx, keys)) for _ in range(2))
        parents = [an_artifact_row(tx, recording).id for recording in (one, two)]
        other = a_recording(tx, None)
        dataset = an_artifact_row(tx, other, ArtifactKind.DATASET_MANIFEST, parents=tuple(parents))
        free = an_artifact_row(tx, other, ArtifactKind.DATASET_MANIFEST)
        hold = place(tx, "recording", two.id)
        assert list_holds_on(tx, artifact=dataset) == (hold,)
        assert {a.id for a in iter_covered(tx, hold)} == {parents[1], dataset.id}
        assert list_holds_on(tx, artifact=free) == ()


def test_a_released_hold_covers_nothing_but_stays_on_record(database, tenant, clock):
    with database.transaction(tenant.id) as tx:
        first, second = place(tx, "recording", REC), place(tx, "recording", REC, "m-2")
    clock.move(seconds=1)
    with database.transaction(tenant.id) as tx:
        gone = released(tx, first.id)
        assert gone.released_at == tx.now
        assert list_holds_on(tx, recording=REC) == (second,)
        assert set(list_holds(tx)) == {gone, second}
        assert list_holds(tx, is_in_force=True) == (second,)
        assert is_anything_held(tx)


def test_a_hold_is_released_once_and_only_after_it_was_asked_for(database, tenant):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, "tenant", "acme")
        with pytest.raises(IllegalTransition):
            release_hold(tx, hold.id, actor="user:2")
        ask_release(tx, hold.id, actor="user:1", reason="settled")
        with pytest.raises(IllegalTransition):
            ask_release(tx, hold.id, actor="user:2", reason="settled")
        assert list_holds_on(tx) == (get_hold(tx, hold.id),)
        release_hold(tx, hold.id, actor="user:2")
        with pytest.raises(NotFound, match=hold.id):
            release_hold(tx, hold.id, actor="user:3")
        with pytest.raises(NotFound):
            ask_release(tx, "hold_none", actor="user:3", reason="x")
        with pytest.raises(NotFound):
            get_hold(tx, "hold_none")


def test_whoever_asks_for_a_release_does_not_approve_it(database, tenant):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, "tenant", "acme")
        ask_release(tx, hold.id, actor="user:2", reason="settled")
        with pytest.raises(NotPermitted):
            release_hold(tx, hold.id, actor="user:2")
        assert len(list_holds_on(tx)) == 1


@pytest.mark.parametrize("asked_by", ["null", "'user:1'"])
def test_the_database_itself_refuses_a_release_by_one_person(database, tenant, asked_by):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, "tenant", "acme")
    change = "update earmark.holds set released_by = 'user:1', released_at = now(), release_requested_by = "
    with pytest.raises(IntegrityError, match="holds_two_people"), database.transaction(tenant.id) as tx:
        tx.connection.execute(text(f"{change} {asked_by} where id = :id"), {"id": hold.id})


def test_a_rejected_release_can_be_asked_for_again(database, tenant):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, "tenant", "acme")
        with pytest.raises(IllegalTransition):
            reject_release(tx, hold.id)
        ask_release(tx, hold.id, actor="user:2", reason="settled")
        assert reject_release(tx, hold.id).release_requested_by == "user:2"
        assert get_hold(tx, hold.id) == hold
        ask_release(tx, hold.id, actor="user:3", reason="settled")


def test_a_hold_is_to_be_settled_when_it_was_placed_and_again_when_it_was_released(database, tenant):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, "tenant", "acme")
        assert list_unsettled(tx) == (hold,)
        assert mark_settled(tx, hold)
        assert list_unsettled(tx) == ()
        gone = released(tx, hold.id)
        assert list_unsettled(tx) == (gone,)
        assert not mark_settled(tx, hold)
        assert mark_settled(tx, gone)


def test_nobody_releases_or_sees_another_tenants_hold(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, "recording", REC)
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        with pytest.raises(NotFound):
            ask_release(tx, hold.id, actor="user:9", reason="x")
        assert list_holds_on(tx, recording=REC, call=CALL) == list_holds(tx) == ()
        assert not is_anything_held(tx)


def test_what_may_be_held_is_a_tenant_a_call_a_recording_a_party_or_a_query():
    assert SCOPE_KINDS == ("tenant", "call", "recording", "party", "query")


def test_asking_what_holds_something_scans_neither_holds_nor_legs(database, keys, tenant, postgres, database_name):
    """Among 20,000 holds and 20,000 legs the answer comes through indexes alone."""
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        add_party(tx, call)
        recording = a_recording(tx, call)
        holds = [place(tx, "party", REF), place(tx, "recording", recording.id)]
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute(
            "insert into earmark.holds (id, tenant, matter, scope_kind, scope_id, placed_by, reason, placed_at) "
            "select 'h' || n, 'acme', 'm', (array['recording','call','party'])[n % 3 + 1], 'x' || n, 'u', 'r', now() "
            "from generate_series(1, 20000) n"
        )
        owner.execute(
            "insert into earmark.legs (id, tenant, call_id, role, number_ref, candidates) "
            "select 'l' || n, 'acme', 'c' || n, 'caller', 'x' || n, '{}' from generate_series(1, 20000) n"
        )
        owner.execute("analyze earmark.holds; analyze earmark.legs; analyze earmark.recordings")
    asked: list[tuple[str, object]] = []

    def note(conn, cursor, statement, parameters, context, executemany):
        asked.append((statement, parameters))

    from sqlalchemy import event

    event.listen(database.engine, "before_cursor_execute", note)
    with database.transaction(tenant.id) as tx:
        assert set(list_holds_on(tx, recording=recording.id, call=call)) == set(holds)
        event.remove(database.engine, "before_cursor_execute", note)
        (statement, parameters) = next(a for a in asked if "earmark.holds" in a[0])
        plan = tx.connection.exec_driver_sql("explain (costs off) " + statement, parameters).scalars().all()
    assert any("holds_tenant_scope_kind_scope_id_idx" in line for line in plan), plan
    assert not [line for line in plan if "Seq Scan" in line], plan
