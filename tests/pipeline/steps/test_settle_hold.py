from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound, StoreUnreachable
from pipeline.model.retention import RetentionBasis
from pipeline.steps import settle_hold as module
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.settle_hold import settle_hold
from pipeline.store.decisions import find_decision
from pipeline.store.endings import Ending, add_ending
from pipeline.store.holds import list_unsettled
from tests.conftest import make_tenant
from tests.holds_machine import HoldsMachine
from tests.line import Line
from tests.pipeline.decisions.test_holds import broken, hold, is_locked, kept, release

KIND = ArtifactKind.TRANSCRIPT_ORIGINAL


def settle(line, placed) -> dict:
    return dict(settle_hold(line.context, line.owner.id, placed.id))


def decision(line, recording):
    with line.tx() as tx:
        return find_decision(tx, line.artifact(recording, KIND).id)


def end(line, recording, clock, cause=RetentionBasis.DELETION_REQUEST, scope=None) -> None:
    kind, subject = scope or ("recording", recording.id)
    ending = Ending(scope_kind=kind, scope_id=subject, cause=cause, source="x_1", ends_on=clock.now().date())
    with line.tx() as tx:
        add_ending(tx, ending, actor="test")


@pytest.fixture
def recording(line):
    made = line.record()
    kept(line, made)
    line.run(decide_artifacts, made)
    return made


def test_what_was_decided_before_a_hold_is_decided_anew_and_held(line, recording, clock):
    clock.move(seconds=1)
    placed = hold(line, "recording", recording.id)
    assert settle(line, placed) == {"artifacts": 1, "decided": 1, "after": None}
    assert decision(line, recording).disposition == "held"
    assert line.events("hold:hold:settled") == [{"matter": "m-1", "is_in_force": True}]
    with line.tx() as tx:
        assert list_unsettled(tx) == ()


@pytest.mark.clause("nejix", "4", "You may delete individual records earlier")
@pytest.mark.clause("nejix", "3", "respond to a valid legal process")
@pytest.mark.parametrize(
    ("cause", "scope"),
    [(RetentionBasis.DELETION_REQUEST, None), (RetentionBasis.CLOSURE, ("tenant", "acme"))],
    ids=["deletion", "closure"],
)
def test_a_release_runs_again_what_the_hold_stood_against(line, recording, clock, cause, scope):
    """D.3-6: what was asked to be deleted, or closed, while it was held is due when the last hold goes, not before."""
    placed = hold(line, "recording", recording.id)
    end(line, recording, clock, cause, scope)
    clock.move(days=100)
    line.run(decide_artifacts, recording)
    assert decision(line, recording).disposition == "held"
    tags = line.context.vault.objects.read_tags(line.artifact(recording, KIND).object_key)
    assert (tags["disposition"], tags["legal-hold"]) == ("held", "true")  # lifecycle expires `due` alone
    released = release(line, placed)
    assert settle(line, released) == {"artifacts": 1, "decided": 1, "after": None}
    assert decision(line, recording).disposition == "due"
    key = line.artifact(recording, KIND).object_key
    assert not is_locked(line, key)
    assert line.context.vault.objects.read_tags(key)["disposition"] == "due"


def test_the_lock_leaves_with_the_last_of_several_matters(line, recording, clock):
    key = line.artifact(recording, KIND).object_key
    first, second = hold(line, "recording", recording.id), hold(line, "tenant", "acme", "m-2")
    settle(line, second)
    clock.move(seconds=1)
    settle(line, release(line, second))
    assert is_locked(line, key)
    assert decision(line, recording).record["retention"]["matters"] == ["m-1"]
    clock.move(seconds=1)
    settle(line, release(line, first))
    assert not is_locked(line, key)
    assert decision(line, recording).disposition == "retain"


def test_what_nobody_decided_yet_is_freed_and_not_decided_before_its_time(line):
    recording = line.record()
    key = kept(line, recording)
    released = release(line, hold(line, "recording", recording.id))
    assert settle(line, released) == {"artifacts": 1, "decided": 0, "after": None}
    assert not is_locked(line, key)
    assert decision(line, recording) is None


def test_a_hold_is_settled_page_by_page(line, monkeypatch):
    monkeypatch.setattr(module, "PAGE", 2)
    recording = line.record()
    keys = [kept(line, recording, b"%d" % n) for n in range(5)]
    released = release(line, hold(line, "recording", recording.id))
    pages, after = [], ""
    while after is not None:
        page = settle_hold(line.context, line.owner.id, released.id, after)
        pages.append(page["artifacts"])
        after = page["after"]
    assert pages == [2, 2, 1]
    assert not any(is_locked(line, key) for key in keys)


def test_a_store_that_fails_leaves_the_hold_to_be_settled_again(line, recording, clock):
    placed = hold(line, "recording", recording.id)
    clock.move(seconds=1)
    with pytest.raises(StoreUnreachable):
        settle(line.with_parts(vault=broken(line)), placed)
    with line.tx() as tx:
        assert list_unsettled(tx) == (placed,)
    settle(line, placed)
    assert decision(line, recording).disposition == "held"


def test_a_hold_that_is_not_there_cannot_be_settled(line):
    with pytest.raises(NotFound):
        settle_hold(line.context, line.owner.id, "hold_none")


def test_a_hold_placed_while_something_is_judged_is_in_its_decision(line, recording, clock):
    """Between judging and storing a hold comes: it is judged again, so that no decision forgets it."""
    clock.move(seconds=1)
    vault = line.context.vault

    class Interrupted(type(vault.objects)):
        is_through = False

        def write_tags(self, key, tags):
            if not Interrupted.is_through:
                Interrupted.is_through = True
                hold(line, "recording", recording.id)
            return super().write_tags(key, tags)

    objects = Interrupted(line.folder / "objects")
    line.with_parts(vault=replace(vault, objects=objects)).run(decide_artifacts, recording)
    assert decision(line, recording).disposition == "held"
    key = line.artifact(recording, KIND).object_key
    assert is_locked(line, key)
    assert vault.objects.read_tags(key)["legal-hold"] == "true"


def test_a_derivative_made_of_what_is_held_is_held_on_another_shelf_too(line, recording, clock):
    other = line.record()
    hold(line, "recording", recording.id)
    parent = line.artifact(recording, KIND).id
    made = line.context.vault.keep(shelf_of(other), ArtifactKind.EXPORT, b"copy", parents=(parent,))
    assert is_locked(line, made.object_key)


def test_nothing_under_hold_is_free_and_nothing_free_is_held(line, clock, database, tmp_path):
    """Any order of placing, asking, approving, rejecting, making, ending, deciding and settling."""
    numbers = itertools.count()

    def machine() -> HoldsMachine:
        owner = make_tenant(database, line.context.vault.keys, f"t{next(numbers)}")
        return HoldsMachine(Line(context=line.context, owner=owner, folder=tmp_path), clock)

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
