from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest

from pipeline.decisions.access import AccessAsk, grant_access, revoke_access
from pipeline.decisions.children import clear_child, note_child
from pipeline.model.access import AccessPurpose
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput, NotFound, NotPermitted, StoreUnreachable
from pipeline.model.retention import RetentionBasis
from pipeline.reads.artifact import REDACTED, read_redacted
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.withhold import withhold
from pipeline.store.endings import Ending, add_ending
from pipeline.store.recordings import merge_facts
from pipeline.store.vault import Vault
from tests.conftest import make_tenant

READ = "artifact:artifact:read"
ALL = ("settle_consent", "capture", "keep_receipts", "transcribe", "detect", "redact_text", "redact_audio")


@pytest.fixture
def recording(line):
    return line.through(line.record(), *ALL)


def read(line, recording, kind, *, reason="review", vault=None) -> bytes:
    return read_redacted(vault or line.context.vault, line.owner.id, recording.id, kind, actor="user:1", reason=reason)


@pytest.mark.parametrize("kind", REDACTED)
def test_what_is_redacted_and_proved_is_read_and_audited(line, recording, kind):
    body = read(line, recording, kind)
    assert body == line.context.vault.read(line.artifact(recording, kind))
    assert b"canaryname" not in body
    assert line.events(READ) == [{"kind": kind.value, "recording": recording.id, "reason": "review"}]
    assert line.tags(line.artifact(recording, kind).id)[-1] == READ


@pytest.mark.parametrize("kind", [k for k in ArtifactKind if k not in REDACTED])
def test_nothing_but_what_is_redacted_is_read_this_way(line, recording, kind):
    line.context.vault.keep(shelf_of(recording), kind, b"anything")
    with pytest.raises(NotPermitted):
        read(line, recording, kind)
    assert line.events(READ) == []


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_nobody_reads_without_a_reason(line, recording, reason):
    with pytest.raises(InvalidInput):
        read(line, recording, ArtifactKind.TRANSCRIPT_REDACTED, reason=reason)
    assert line.events(READ) == []


def test_the_text_of_a_recording_whose_audio_is_not_proved_yet_is_not_read(line):
    recording = line.through(line.record(), *ALL[:-1])
    with pytest.raises(NotPermitted, match="not proved"):
        read(line, recording, ArtifactKind.TRANSCRIPT_REDACTED)
    assert line.events(READ) == []


@pytest.mark.parametrize(
    ("ended", "shown"), [(RetentionBasis.DELETION_REQUEST, "has ended"), (RetentionBasis.CHILD, "quarantined")]
)
@pytest.mark.clause("nejix", "4", "You may delete individual records earlier")
def test_what_something_has_ended_is_shown_to_nobody(line, recording, ended, shown):
    with line.tx() as tx:
        if ended is RetentionBasis.CHILD:
            note_child(tx, recording.id, age=9, actor="user:1")
        else:
            add_ending(
                tx,
                Ending(scope_kind="recording", scope_id=recording.id, cause=ended, source="s", ends_on=tx.now.date()),
                actor="user:1",
            )
    line.run(decide_artifacts, recording)
    with pytest.raises(NotPermitted, match=shown):
        read(line, recording, ArtifactKind.TRANSCRIPT_REDACTED)
    assert line.events(READ) == []


@pytest.mark.clause("nejix", "9", "we will promptly delete it")
@pytest.mark.clause("connekz", "7", "collect data from children under 18")
def test_a_childs_recording_is_shown_to_nobody_from_the_moment_it_is_noted(line, recording):
    line.run(decide_artifacts, recording)
    with line.tx() as tx:
        note_child(tx, recording.id, age=None, actor="user:1")
    with pytest.raises(NotPermitted, match="not judged yet"):
        read(line, recording, ArtifactKind.TRANSCRIPT_REDACTED)
    with line.tx() as tx:
        clear_child(tx, recording.id, reason="the caller is the mother", actor="user:2")
    assert read(line, recording, ArtifactKind.TRANSCRIPT_REDACTED)


def test_a_sign_that_was_judged_to_be_no_childs_is_read_again(line, recording):
    with line.tx() as tx:
        note_child(tx, recording.id, age=20, actor="user:1")
    line.run(decide_artifacts, recording)
    assert read(line, recording, ArtifactKind.TRANSCRIPT_REDACTED)


@pytest.mark.clause("connekz", "7", "collect data from children under 18")
def test_a_grown_age_that_was_heard_does_not_stand_for_a_child_noted_since(line, recording):
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"stated_age": 20})
    line.run(decide_artifacts, recording)
    assert read(line, recording, ArtifactKind.TRANSCRIPT_REDACTED)
    with line.tx() as tx:
        note_child(tx, recording.id, age=None, actor="user:1")
    with pytest.raises(NotPermitted, match="child"):
        read(line, recording, ArtifactKind.TRANSCRIPT_REDACTED)


def test_what_was_withheld_after_all_is_not_read(line, recording):
    line.run(withhold, recording, "span")
    with pytest.raises(NotPermitted):
        read(line, recording, ArtifactKind.TRANSCRIPT_REDACTED)


def test_what_another_tenant_has_is_absent(line, recording, database, keys):
    other = make_tenant(database, keys, "other")
    with pytest.raises(NotFound):
        read_redacted(
            line.context.vault, other.id, recording.id, ArtifactKind.RECORDING_REDACTED, actor="u", reason="r"
        )


def test_it_stands_in_the_audit_log_before_a_byte_is_opened(line, recording):
    vault = line.context.vault
    seen = []

    class Watched(type(vault.objects)):
        def get(self, key, **more):
            seen.extend(line.events(READ))
            return super().get(key, **more)

    watched = Vault(database=vault.database, objects=Watched(line.folder / "objects"), keys=vault.keys)
    read(line, recording, ArtifactKind.TRANSCRIPT_REDACTED, vault=watched)
    assert len(seen) == 1


def test_what_cannot_be_audited_is_not_opened(line, recording):
    vault = line.context.vault
    opened = []

    class Watched(type(vault.objects)):
        def get(self, key, **more):
            opened.append(key)
            return super().get(key, **more)

    class Full(type(vault.database)):
        """Whatever is done in a transaction is lost at its commit."""

        def __init__(self, real) -> None:
            self._real = real

        @contextmanager
        def transaction(self, tenant):
            with self._real.transaction(tenant) as tx:
                yield tx
                raise StoreUnreachable("database")

    broken = Vault(database=Full(vault.database), objects=Watched(line.folder / "objects"), keys=vault.keys)
    with pytest.raises(StoreUnreachable):
        read(line, recording, ArtifactKind.TRANSCRIPT_REDACTED, vault=broken)
    assert opened == []


def granted(line, recording, purpose: AccessPurpose, *, who: str = "user:1") -> str:
    scope = ("recording", recording.id)
    ask = AccessAsk(who=who, purpose=purpose, scope=scope, lasts=timedelta(hours=24), reason="a report of fraud")
    with line.tx() as tx:
        return grant_access(tx, ask, keys=line.context.vault.keys, actor="user:boss").id


def read_for(line, recording, purpose: AccessPurpose) -> bytes:
    kind = ArtifactKind.TRANSCRIPT_REDACTED
    return read_redacted(
        line.context.vault, line.owner.id, recording.id, kind, actor="user:1", reason="case 7", purpose=purpose
    )


@pytest.mark.clause("nejix", "2", "Monitor for fraud, abuse, and security incidents")
@pytest.mark.parametrize("purpose", AccessPurpose)
def test_reading_for_a_purpose_needs_a_grant_for_it_and_the_log_names_both(line, recording, purpose):
    granted(line, recording, purpose, who="user:2")
    for other in set(AccessPurpose) - {purpose}:
        granted(line, recording, other)
    with pytest.raises(NotPermitted, match="no grant"):
        read_for(line, recording, purpose)
    assert line.events(READ) == []
    grant = granted(line, recording, purpose)
    assert read_for(line, recording, purpose)
    (event,) = line.events(READ)
    assert (event["purpose"], event["grant"], event["reason"]) == (purpose.value, grant, "case 7")


@pytest.mark.clause("nejix", "2", "Monitor for fraud, abuse, and security incidents")
def test_a_grant_that_is_over_or_revoked_opens_nothing(line, recording, clock):
    grant = granted(line, recording, AccessPurpose.FRAUD)
    with line.tx() as tx:
        revoke_access(tx, grant, actor="user:boss")
    with pytest.raises(NotPermitted):
        read_for(line, recording, AccessPurpose.FRAUD)
    granted(line, recording, AccessPurpose.FRAUD)
    clock.move(hours=24)
    with pytest.raises(NotPermitted):
        read_for(line, recording, AccessPurpose.FRAUD)


@pytest.mark.clause("nejix", "2", "Monitor for fraud, abuse, and security incidents")
def test_a_grant_opens_nothing_that_is_shown_to_nobody(line, recording):
    granted(line, recording, AccessPurpose.SECURITY)
    with line.tx() as tx:
        note_child(tx, recording.id, age=9, actor="user:1")
    line.run(decide_artifacts, recording)
    with pytest.raises(NotPermitted, match="quarantined"):
        read_for(line, recording, AccessPurpose.SECURITY)
