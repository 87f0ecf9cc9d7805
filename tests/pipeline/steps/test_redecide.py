from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.decisions.holds import approve_release, ask_release, place
from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Outcome
from pipeline.model.errors import StoreUnreachable
from pipeline.model.ids import ArtifactId
from pipeline.model.retention import RetentionBasis
from pipeline.policies.loader import load_bundle
from pipeline.reads.replay_decision import replay_decision
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.redecide import redecide
from pipeline.store.artifacts import list_artifacts
from pipeline.store.decisions import find_decision
from pipeline.store.endings import Ending, add_ending
from pipeline.store.policy_versions import NoticeDelivery, add_notice, add_version, keep_first
from pipeline.store.vault import Vault
from pipeline.workflows.call import CALL_STEPS
from tests.builders import a_call, answer
from tests.pipeline.policies.variants import variant

ALL = ("settle_consent", "capture", "transcribe", "detect", "redact_text", "redact_audio", "keep_receipts", "decide")


@pytest.fixture
def recording(line):
    return line.through(line.record(), *ALL)


def ids(line, recording) -> dict[str, ArtifactId]:
    with line.tx() as tx:
        return {a.kind.value: a.id for a in list_artifacts(tx, recording=recording.id)}


def everything(line) -> list[ArtifactId]:
    with line.tx() as tx:
        return [a.id for a in list_artifacts(tx)]


def again(line, chosen) -> dict:
    return dict(redecide(line.context, line.owner.id, chosen))


def record(line, artifact) -> dict:
    with line.tx() as tx:
        return dict(find_decision(tx, artifact).record)


def rows(line) -> int:
    with line.tx() as tx:
        return tx.connection.execute(text("select count(*) from earmark.decisions")).scalar_one()


def announce(line, clock, changes: dict, *, days: int = 20, is_heard: bool = True):
    """Publish a version that takes effect so many days from now, its notice delivered."""
    with line.tx() as tx:
        keep_first(tx, load_bundle("nejix"))
        first_day = tx.now.date() + timedelta(days=days)
        later = variant("nejix", changes, effective=first_day)
        add_version(tx, later, notice_days=14, actor="test")
        if is_heard:
            named = {"policy_id": "nejix", "version": later.version, "channel": "email", "recipient_ref": "r"}
            add_notice(tx, NoticeDelivery(**named, status=250, delivered_at=tx.now, in_force_from=first_day))
    return later


def test_where_only_the_day_differs_nothing_is_written(line, recording, clock):
    before = rows(line)
    clock.move(days=3)
    assert again(line, everything(line)) == {"decided": 10, "changed": 0, "skipped": 0}
    assert rows(line) == before


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
@pytest.mark.acceptance(13)
def test_a_tightening_shortens_what_is_kept_from_its_first_day_and_not_before(line, recording, clock):
    original = ids(line, recording)["recording.original"]
    announce(line, clock, {"retention/recording.original/days": 30})
    assert again(line, [original])["changed"] == 0
    assert record(line, original)["retention"]["until"] == "2027-02-19"

    clock.move(days=20)
    assert again(line, [original]) == {"decided": 5, "changed": 1, "skipped": 0}
    assert record(line, original)["retention"]["until"] == "2026-12-21"
    with line.tx() as tx:
        [key] = [a.object_key for a in list_artifacts(tx) if a.id == original]
        replay_decision(tx, original)
    assert line.context.vault.objects.read_tags(key)["retain-until"] == "2026-12-21"


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
def test_a_version_whose_notice_never_arrived_shortens_nothing(line, recording, clock):
    announce(line, clock, {"retention/recording.original/days": 30}, is_heard=False)
    clock.move(days=25)
    assert again(line, everything(line))["changed"] == 0


def test_exports_are_frozen_from_the_notice_on(line, recording, clock):
    announce(line, clock, {"download/kinds": []})
    redacted = ids(line, recording)["transcript.redacted"]
    assert record(line, redacted)["download"]["allowed"]
    clock.move(hours=1)
    assert again(line, [redacted])["changed"] == 1
    assert not record(line, redacted)["download"]["allowed"]


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
@pytest.mark.clause("connekz", "8", "Continued use after changes means you accept")
@pytest.mark.acceptance(13)
def test_a_loosening_moves_nothing_that_is_kept_already(line, recording, clock):
    announce(line, clock, {"retention/recording.original/days": 300})
    clock.move(days=25)
    assert again(line, everything(line))["changed"] == 0


def test_a_released_hold_and_what_has_ended_are_seen_in_everything_made_from_it(line, recording, clock):
    vault = line.context.vault
    with line.tx() as tx:
        hold = place(tx, vault, matter="m-1", scope=("recording", recording.id), actor="u", reason="r")
    clock.move(hours=1)
    assert again(line, everything(line))["changed"] == 10
    assert {record(line, a)["retention"]["disposition"] for a in everything(line)} == {"held"}
    with line.tx() as tx:
        ask_release(tx, hold=hold.id, actor="user:asks", reason="over")
        approve_release(tx, hold=hold.id, actor="u")
        add_ending(tx, Ending(scope_kind="recording", scope_id=recording.id, source="dsr_1",
                              cause=RetentionBasis.DELETION_REQUEST, ends_on=tx.now.date()), actor="u")  # fmt: skip
    clock.move(days=1)
    assert again(line, everything(line))["changed"] == 10
    ended = {kind: record(line, a)["retention"]["disposition"] for kind, a in ids(line, recording).items()}
    assert {d for kind, d in ended.items() if kind != "consent.receipt"} == {"due"}


def test_parents_come_before_children_whatever_is_named_and_children_come_along(line, recording, clock):
    named = ids(line, recording)
    assert again(line, [named["transcript.original"]])["decided"] >= 3
    assert (
        again(line, [named["transcript.redacted"]])["decided"] < again(line, [named["recording.original"]])["decided"]
    )


def test_the_receipts_of_a_call_without_a_recording_are_judged_too(line, clock):
    with line.tx() as tx:
        call = a_call(tx, line.context.vault.keys)
        answer(tx, call, Outcome.DECLINED)
    for step in ("keep_call_receipts", "decide_call"):
        CALL_STEPS[step](line.context, line.owner.id, call)
    found = everything(line)
    assert found
    announce(line, clock, {"retention/consent.receipt/days": 10, "retention/consent.receipt/tenant_min_days": 1})
    clock.move(days=20)
    assert again(line, found)["changed"] == len(found)


def test_what_is_purged_or_anothers_is_left_out(line, recording):
    assert again(line, [ArtifactId("art_nobodys")]) == {"decided": 0, "changed": 0, "skipped": 0}


def test_a_tag_that_cannot_be_written_leaves_the_decision_as_it_was_and_the_next_run_finishes(line, recording, clock):
    announce(line, clock, {"retention/recording.original/days": 30})
    clock.move(days=20)
    vault = line.context.vault

    class Full(type(vault.objects)):
        def write_tags(self, key, tags):
            raise StoreUnreachable("write tags")

    broken = Vault(database=vault.database, objects=Full(line.folder / "objects"), keys=vault.keys)
    before = rows(line)
    with pytest.raises(StoreUnreachable):
        again(line.with_parts(vault=broken), everything(line))
    assert rows(line) == before
    assert again(line, everything(line))["changed"] == 1


def test_deciding_in_line_and_again_come_to_the_same(line, recording, clock):
    announce(line, clock, {"retention/recording.original/days": 30})
    clock.move(days=20)
    again(line, everything(line))
    kinds = ids(line, recording)
    first = {kind: record(line, a) for kind, a in kinds.items()}
    line.run(decide_artifacts, recording)
    assert {kind: record(line, a)["retention"] for kind, a in kinds.items()} == {
        kind: found["retention"] for kind, found in first.items()
    }
    assert ArtifactKind.RECORDING_ORIGINAL.value in first
