from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.decisions.holds import approve_release, ask_release, place
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.errors import NotFound, StoreUnreachable, VendorUnavailable
from pipeline.model.recording import RecordingState as S
from pipeline.model.retention import RetentionBasis
from pipeline.steps.purge import NOTHING, purge_recording
from pipeline.steps.withhold import withhold
from pipeline.store.decisions import find_decision
from pipeline.store.purges import list_purges
from pipeline.vendors.files import FileArtifacts
from tests.disposal import a_whole_recording, end, lies, living, rows, statements
from tests.pipeline.workflows.house_of_fakes import FileVendor, Log


def purge(line, recording, **more):
    return purge_recording(line.context, line.owner.id, recording.id, **more)


def doomed(line, recording) -> int:
    """How many things of it a deletion destroys: all but the proof of who agreed."""
    return sum(a.kind is not K.CONSENT_RECEIPT for a in living(line, recording))


@pytest.fixture
def recording(line):
    return a_whole_recording(line)


@pytest.mark.clause("nejix", "4", "You may delete individual records earlier")
def test_a_deleted_recording_is_gone_everywhere_and_the_certificate_lists_exactly_what_was_there(line, recording):
    """Nejix 4: every derivative goes with it, and at the vendor too; proof of consent alone stays."""
    before = living(line, recording)
    ended = {a.id: a.sealed_sha256 for a in before if a.kind is not K.CONSENT_RECEIPT}
    end(line, recording)

    receipt = purge(line, recording)

    assert (receipt["is_done"], receipt["objects"], receipt["held"]) == (True, len(ended), 0)
    assert {a.kind for a in living(line, recording)} == {K.CONSENT_RECEIPT}
    assert not [key for key in lies(line, "tenants/acme/") if "consent.receipt" not in key]
    assert not line.at_vendor(recording)
    assert line.state(recording) is S.PURGED
    [told] = statements(line)
    assert {one["artifact"]: one["sealed_sha256"] for one in told["destroyed"]} == ended
    assert all(len(one["versions"]) == 1 and one["cause"] == "deletion_request" for one in told["destroyed"])
    assert (told["cause"], told["clause"]["section"]) == ("deletion_request", "4")
    assert {(r["kind"], r["why"]) for r in told["remains"]} == {
        ("metadata", "listed_by_vendor"),
        ("consent.receipt", "house_choice"),
    }


@pytest.mark.clause("nejix", "1", "call metadata (duration, timestamps, caller phone number)")
def test_rows_keep_ids_days_and_outcomes_and_nothing_that_a_person_could_be_found_by(line, recording):
    """Nejix 1: what is kept of a call's metadata goes with its recording."""
    end(line, recording)
    purge(line, recording)
    from pipeline.store.calls import read_numbers

    with line.tx() as tx:
        assert read_numbers(tx, recording.call, keys=line.context.vault.keys) == {}
    assert rows(line, "select facts, encryption, duration_s, state from earmark.recordings") == [
        ({"is_purged": True}, None, None, "purged")
    ]
    assert rows(line, "select distinct extract(hour from started_at at time zone 'UTC') from earmark.recordings") == [
        (0,)
    ]
    assert rows(line, "select number_ref, leg_sid, joined_at from earmark.legs") == [(None, None, None)]
    assert rows(line, "select distinct digit, confidence, phrase from earmark.consent_events") == [(None, None, None)]
    assert rows(line, "select state, reasons from earmark.review_items") == [("purged", [])]
    assert rows(line, "select count(*) from earmark.artifacts where purged_at is not null and sealed_sha256 <> ''")[0][
        0
    ]
    assert rows(line, "select subject_id, why from earmark.tombstones") == [(recording.id, "deletion_request")]


def test_what_is_not_due_stays_and_nothing_is_opened(line, recording):
    before = living(line, recording)
    assert purge(line, recording) == NOTHING
    assert living(line, recording) == before
    with line.tx() as tx:
        assert list_purges(tx) == ()


@pytest.mark.clause("nejix", "4", "retained in perpetuity by default")
def test_audio_goes_after_its_days_and_the_words_stay(line, recording, clock):
    """D.3-2: recordings get a finite default, transcripts have no end of their own."""
    clock.move(days=90)
    receipt = purge(line, recording)
    assert (receipt["is_done"], receipt["objects"]) == (True, 2)
    left = {a.kind for a in living(line, recording)}
    assert left >= {K.TRANSCRIPT_ORIGINAL, K.TRANSCRIPT_REDACTED}
    assert K.RECORDING_ORIGINAL not in left
    assert line.state(recording) is S.PUBLISHED
    assert not line.at_vendor(recording)
    [told] = statements(line)
    assert {one["cause"] for one in told["destroyed"]} == {"house_choice"}


def test_purging_again_does_nothing_more(line, recording):
    end(line, recording)
    first = purge(line, recording)
    assert purge(line, recording) == NOTHING
    assert len(statements(line)) == 1
    assert first["is_done"]


@pytest.mark.parametrize("scope", ["recording", "call", "tenant"])
def test_what_is_held_stays_until_the_release_and_goes_then(line, recording, scope):
    end(line, recording)
    subject = {"recording": recording.id, "call": recording.call, "tenant": "acme"}[scope]
    with line.tx() as tx:
        hold = place(tx, line.context.vault, matter="m-1", scope=(scope, subject), actor="u", reason="lawsuit")
    before = living(line, recording)
    assert purge(line, recording) == NOTHING
    assert (living(line, recording), line.at_vendor(recording)) == (before, True)
    with line.tx() as tx:
        ask_release(tx, hold=hold.id, actor="user:asks", reason="settled")
        approve_release(tx, hold=hold.id, actor="u2")
    assert purge(line, recording)["is_done"]
    assert {a.kind for a in living(line, recording)} == {K.CONSENT_RECEIPT}


class HoldsMeanwhile(FileArtifacts):
    """A store during whose first purge somebody places a hold, as a second process would."""

    def __init__(self, root, line, recording):
        super().__init__(root)
        self.line, self.recording, self.purged = line, recording, 0

    def read_tags(self, key):
        if self.purged == 2:
            self.purged += 1
            with self.line.tx() as tx:
                place(
                    tx, self.line.context.vault, matter="m-1", scope=("recording", self.recording.id), actor="u",
                    reason="lawsuit",
                )  # fmt: skip
        return super().read_tags(key)

    def purge(self, key):
        self.purged += 1
        return super().purge(key)


def test_a_hold_placed_in_the_middle_wins_over_everything_that_is_not_gone_yet(line, recording):
    end(line, recording)
    objects = HoldsMeanwhile(line.folder / "objects", line, recording)
    other = line.with_parts(vault=replace(line.context.vault, objects=objects))
    due = doomed(line, recording)
    receipt = purge(other, recording)
    assert receipt["objects"] == 2
    assert receipt["held"] == due - 2
    assert (line.at_vendor(recording), line.state(recording)) == (True, S.PUBLISHED)
    [told] = statements(line)
    held = [r["matters"] for r in told["remains"] if r["why"] == "held" and r["kind"] == "object"]
    assert held == [["m-1"]] * (due - 2)
    assert {row[0] for row in rows(line, "select disposition from earmark.artifacts where purged_at is null")} == {
        "held"
    }


class BreaksAfter(FileArtifacts):
    """A store that is not there any more after so many purges."""

    def __init__(self, root, left):
        super().__init__(root)
        self.left = left

    def purge(self, key):
        if not self.left:
            raise StoreUnreachable("purge")
        self.left -= 1
        return super().purge(key)


def test_an_unreachable_store_is_never_gone_and_the_purge_waits_with_its_reason(line, recording):
    end(line, recording)
    broken = line.with_parts(vault=replace(line.context.vault, objects=BreaksAfter(line.folder / "objects", 1)))
    due, before = doomed(line, recording), len(living(line, recording))
    receipt = purge(broken, recording)
    assert (receipt["is_done"], receipt["objects"], receipt["reason"]) == (False, 1, "StoreUnreachable")
    assert len(living(line, recording)) == before - 1
    assert line.state(recording) is S.PUBLISHED
    assert statements(line) == []
    with line.tx() as tx:
        [waiting] = list_purges(tx)
    assert (waiting.state, waiting.reason, waiting.attempts) == ("open", "StoreUnreachable", 1)

    assert purge(line, recording)["is_done"]
    [told] = statements(line)
    assert len(told["destroyed"]) == due


class NoLedger(FileArtifacts):
    def put_if_absent(self, key, body, **more):
        if key.startswith("ledger/"):
            raise StoreUnreachable("put")
        return super().put_if_absent(key, body, **more)


def test_nothing_is_destroyed_before_the_ledger_knows_of_it(line, recording):
    end(line, recording)
    before = living(line, recording)
    away = line.with_parts(vault=replace(line.context.vault, objects=NoLedger(line.folder / "objects")))
    receipt = purge(away, recording)
    assert (receipt["is_done"], receipt["reason"]) == (False, "StoreUnreachable")
    assert (living(line, recording), line.at_vendor(recording)) == (before, True)


def test_an_object_under_a_lock_stays_until_its_day_and_is_told_with_it(line, recording, clock):
    from datetime import UTC, datetime

    end(line, recording)
    original = line.artifact(recording, K.RECORDING_ORIGINAL)
    objects = FileArtifacts(line.folder / "objects")
    until = datetime.now(UTC) + timedelta(days=3)
    objects.lock(original.object_key, retain_until=until)
    receipt = purge(line, recording)
    assert (receipt["is_done"], receipt["reason"]) == (False, f"locked_until:{until:%Y-%m-%d}")
    assert line.artifact(recording, K.RECORDING_ORIGINAL) == original
    later = FileArtifacts(line.folder / "objects", now=lambda: until + timedelta(days=1))
    assert purge(line.with_parts(vault=replace(line.context.vault, objects=later)), recording)["is_done"]


class Stubborn(FileVendor):
    """A vendor that says yes and keeps its copy."""

    def delete(self, account, recording_sid):
        return None


class Away(FileVendor):
    def delete(self, account, recording_sid):
        raise VendorUnavailable("twilio", "delete")


@pytest.mark.parametrize(("vendor", "reason"), [(Stubborn, "still_there"), (Away, "VendorUnavailable")])
def test_a_vendor_that_still_has_its_copy_keeps_the_purge_open(line, recording, vendor, reason):
    end(line, recording)
    there = line.with_parts(vendor=vendor(line.folder / "vendor", Log(line.folder / "vendor.log")))
    receipt = purge(there, recording)
    assert (receipt["is_done"], receipt["reason"]) == (False, reason)
    assert statements(line) == []
    assert line.state(recording) is S.PUBLISHED
    assert purge(line, recording)["is_done"]
    assert not line.at_vendor(recording)


@pytest.mark.parametrize(
    ("company", "is_done", "reason"), [("deepgram", True, None), ("nobody", False, "keeping_unknown")]
)
def test_processors_are_asked_and_one_of_which_nothing_is_known_keeps_it_open(
    line, recording, company, is_done, reason
):
    from pipeline.store.recordings import merge_facts

    with line.tx() as tx:
        merge_facts(tx, recording.id, {"processor": company})
    end(line, recording)
    receipt = purge(line, recording)
    assert (receipt["is_done"], receipt["reason"]) == (is_done, reason)


def test_every_version_and_delete_marker_goes_and_is_counted(line, recording):
    original = line.artifact(recording, K.RECORDING_ORIGINAL)
    line.context.vault.objects.mark_deleted(original.object_key)
    end(line, recording)
    assert purge(line, recording)["is_done"]
    [told] = statements(line)
    [one] = [o for o in told["destroyed"] if o["artifact"] == original.id]
    assert (len(one["versions"]), len(one["delete_markers"])) == (1, 1)


@pytest.mark.clause("nejix", "9", "we will promptly delete it")
def test_what_a_child_said_goes_within_seventy_two_hours_whatever_the_policy_keeps_for_ever(line, clock):
    """Nejix 9: overrides perpetual."""
    from pipeline.store.recordings import merge_facts

    recording = a_whole_recording(line)
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"stated_age": 9})
    assert purge(line, recording) == NOTHING
    clock.move(hours=72)
    assert purge(line, recording)["is_done"]
    [told] = statements(line)
    assert {one["cause"] for one in told["destroyed"]} == {"child"}
    assert {a.kind for a in living(line, recording)} == {K.CONSENT_RECEIPT}


@pytest.mark.clause("nejix", "1", "is not stored on our servers")
def test_what_holds_a_card_number_that_cannot_be_hidden_goes_within_seventy_two_hours(line, clock):
    """Withheld first, shown to nobody, purged with a certificate that says why; what has no words of it stays."""
    recording = a_whole_recording(line)
    line.run(withhold, recording, "audio: STILL_HEARD(CREDIT_CARD)")
    assert purge(line, recording) == NOTHING
    with line.tx() as tx:
        decided = [find_decision(tx, a.id).record for a in living(line, recording)]
    assert {(r["retention"]["ended_by"], r["visibility"]) for r in decided if r["kind"].startswith("transcript")} == {
        ("card_number", "quarantined")
    }
    clock.move(hours=72)
    assert purge(line, recording)["is_done"]
    [told] = statements(line)
    assert {one["cause"] for one in told["destroyed"]} == {"card_number"}
    assert {a.kind for a in living(line, recording)} == {K.CONSENT_RECEIPT, K.CALL_METADATA}
    assert not line.at_vendor(recording)


def test_a_card_number_that_a_person_hid_in_time_ends_nothing(line, clock):
    from pipeline.store.recordings import merge_facts

    recording = a_whole_recording(line)
    line.run(withhold, recording, "audio: STILL_HEARD(CREDIT_CARD)")
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"withheld": None})  # as a version with it hidden leaves it
    clock.move(hours=72)
    assert purge(line, recording) == NOTHING


def test_the_cause_that_is_given_is_the_one_that_is_certified(line, recording):
    end(line, recording)
    purge(line, recording, cause=RetentionBasis.WITHDRAWAL)
    assert statements(line)[0]["cause"] == "withdrawal"


def test_what_happened_stands_in_the_audit_log(line, recording):
    end(line, recording)
    purge(line, recording)
    assert line.tags(recording.id)[-4:] == [
        "retention:purge:opened",
        "recording:vendor:deleted",
        "recording:recording:purged",
        "retention:purge:finished",
    ]
    assert len(line.events("artifact:artifact:purged")) == len(statements(line)[0]["destroyed"])


class Killed(BaseException):
    """What no code of ours catches, as SIGKILL is not caught."""


def test_a_purge_killed_after_an_object_is_gone_and_before_it_is_noted_goes_on(line, recording, monkeypatch):
    before = {a.id for a in living(line, recording) if a.kind is not K.CONSENT_RECEIPT}
    end(line, recording)

    def die(*_):
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr("pipeline.steps.destroy._note_gone", die)
        purge(line, recording)
    assert {a.id for a in living(line, recording)} > set()
    receipt = purge(line, recording)
    assert (receipt["is_done"], line.state(recording)) == (True, S.PURGED)
    [told] = statements(line)
    assert {one["artifact"] for one in told["destroyed"]} == before


def test_an_object_that_is_gone_without_a_purge_is_an_error_and_not_decided_on(line, recording):
    gone = next(a for a in living(line, recording) if a.kind is K.TRANSCRIPT_REDACTED)
    line.context.vault.objects.purge(gone.object_key)
    end(line, recording)
    with pytest.raises(NotFound):
        purge(line, recording)
