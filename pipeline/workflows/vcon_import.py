"""A vCon through the same line as a call, step by step in this process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.consent.evidenced import read_shown
from pipeline.intake.import_recording import Given, JudgedBy, Upload, import_recording, recording_of, shown_by_receipts
from pipeline.intake.import_vcon import find_imported, foresee_import
from pipeline.intake.withdraw import Withdrawal, withdraw
from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.call import LegRole
from pipeline.model.consent import Method, Outcome
from pipeline.model.errors import NotFound, NotPermitted
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording, RecordingState
from pipeline.model.tenant import Tenant
from pipeline.model.transcript import Transcript
from pipeline.redaction.audio import describe
from pipeline.steps.arrived import keep_arrived
from pipeline.steps.capture import check_hosts
from pipeline.steps.context import JudgeContext, StepContext, shelf_of
from pipeline.store.audit import Facts, add_event
from pipeline.store.consents import list_consents
from pipeline.store.reasons import seal_reason
from pipeline.store.recordings import find_recording_by_sid
from pipeline.store.session import Transaction
from pipeline.store.tenants import find_tenant
from pipeline.store.vault_names import artifact_name
from pipeline.vcon.arrived import Arrived, read_arrived
from pipeline.vcon.arriving import Arriving
from pipeline.workflows.recording import with_context
from pipeline.workflows.upload import take_through

_DONE = (RecordingState.PUBLISHED, RecordingState.WITHHELD, RecordingState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Who hands a vCon in, why, and the digests of the file: SHA-256 in hex, and as a vCon writes one."""

    actor: str
    reason: str = field(repr=False)
    sha256: str
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A vCon that may come in, with all that it was judged by and brings along; `known` is what it became before."""

    owner: Tenant
    arriving: Arriving = field(repr=False)
    upload: Upload
    given: Given
    judged_by: JudgedBy
    known: Recording | None
    may_be_kept: bool
    arrived: Arrived = field(repr=False)
    told: Transcript | None = field(repr=False)
    """What came beside the sound, and the transcript where one did."""
    taken_back: tuple[Withdrawal, ...] = ()
    """What somebody took back since it was imported before."""

    @property
    def is_taken_back(self) -> bool:
        """Say whether somebody in it took something back, noted before or not."""
        return any(event.outcome is Outcome.WITHDRAWN for event in self.given.events)

    @property
    def is_done(self) -> bool:
        """Say whether the line was gone through before. With something taken back it is judged anew each time."""
        return self.known is not None and self.known.state in _DONE and not self.is_taken_back


def judge_vcon(context: JudgeContext, tenant: TenantId, arriving: Arriving, by: Brought) -> Judged:
    """Judge a vCon before anything of it is kept; no model is needed for it.

    Raises:
        NotFound: no such tenant.
        InvalidInput: its sound cannot be decoded.
        NotPermitted: nothing shows that everybody in it agreed.
        Conflict: it was refused or purged before, or its conversation or sound is here as another.
    """
    heard = describe(arriving.sound)
    arrived, told = read_arrived(
        arriving, channels=heard.channels, duration_ms=heard.duration_ms, digest=by.content_hash
    )
    upload = Upload(
        sha256=hashlib.sha256(arriving.sound).hexdigest(),
        channels=heard.channels,
        duration_ms=heard.duration_ms,
        duration_s=_duration_s(arriving, heard.duration_ms),
        call_sid=call_sid_of(arriving),
    )
    with context.vault.database.transaction(tenant) as tx:
        judged, reason = _judge(context, tx, arriving, upload, (arrived, told))
        if reason:
            facts: Facts = {"vcon_sha256": by.sha256, "reason": reason}
            add_event(tx, AuditTag.VCON_LEFT, actor=by.actor, target=tenant, facts=facts)
    if reason:
        raise NotPermitted(f"nothing was kept: the vCon does not show that everybody agreed ({reason})")
    return judged


def _judge(
    context: JudgeContext, tx: Transaction, arriving: Arriving, upload: Upload, came: tuple[Arrived, Transcript | None]
) -> tuple[Judged, str]:
    """Judge it, and say why it is left; an empty reason where it is not."""
    keys, (arrived, told) = context.vault.keys, came
    owner = find_tenant(tx, keys=keys)
    if owner is None:
        raise NotFound(f"no tenant {tx.tenant}")
    shown = read_shown(arriving.receipts, started_at=arriving.started_at)
    given = shown_by_receipts(shown, started_at=arriving.started_at, origin=arriving.origin, locale=arrived.language)
    judged_by = context.bundle_of(tx, owner), context.law.matrix.version.isoformat()
    known = find_imported(tx, upload, shown, named=artifact_name(arriving.sound, keys.digest_key(tx.tenant)))
    foreseen = foresee_import(owner, upload, given, arriving.roles, judged_by)
    judged = Judged(
        owner=owner,
        arriving=arriving,
        upload=upload,
        given=given,
        judged_by=judged_by,
        known=known,
        may_be_kept=foreseen.may_be_kept,
        arrived=arrived,
        told=told,
        taken_back=_taken_back(tx, known, given) if known else (),
    )
    return judged, "" if known is not None or foreseen.is_noted else foreseen.reason


def _taken_back(tx: Transaction, known: Recording, given: Given) -> tuple[Withdrawal, ...]:
    noted = list_consents(tx, known.call) if known.call else ()
    before = {(e.leg_role, e.ordinal) for e in noted if e.outcome is Outcome.WITHDRAWN}
    first: dict[tuple[LegRole, int], datetime] = {}
    for event in given.events:  # in order of time
        if event.outcome is Outcome.WITHDRAWN and (event.leg_role, event.ordinal) not in before:
            first.setdefault((event.leg_role, event.ordinal), max(event.at, given.started_at))
    return tuple(
        Withdrawal(role=role, ordinal=ordinal, at=at, told_by=Method.ATTESTED_EVIDENCE)
        for (role, ordinal), at in first.items()
    )


def import_vcon(
    context: StepContext, judged: Judged, by: Brought, *, before_step: Callable[[str], None]
) -> RecordingId:
    """Take a vCon in, seal its sound, and run every step; what came before is taken up where it was left.

    What somebody took back since it was imported before is noted, and the recording judged anew; repeating it finishes
    what was cut off in between.

    Args:
        context: what steps work with.
        judged: the vCon.
        by: who brings it.
        before_step: told the name of each step before it runs.

    Raises:
        NotPermitted: the company on whose computers it would lie is not proved; nothing is kept.
        Conflict: it ended meanwhile.
    """
    if judged.known is None and judged.may_be_kept:  # where it may not lie, it is not noted either
        check_hosts(context, recording_of(judged.owner, judged.upload, judged.given, call=None), judged.owner)
    recording = _note(context, judged, by)
    if judged.may_be_kept:
        # It stands where a call's audio would be after capture, so the line finds it there.
        audio = context.vault.keep(shelf_of(recording), ArtifactKind.RECORDING_ORIGINAL, judged.arriving.sound)
        keep_arrived(context, recording, audio, judged.arrived, judged.told)
    if recording.state not in _DONE:
        take_through(context, recording, before_step=before_step)
    elif judged.is_taken_back:
        for name in ("keep_receipts", "decide"):
            before_step(name)
            with_context(name, context)(recording.tenant, recording.id)
    return recording.id


def call_sid_of(arriving: Arriving) -> str:
    """Name the conversation as a vendor would: every copy of it has the same name."""
    return "CA" + hashlib.sha256(f"vcon:{arriving.origin}".encode()).hexdigest()[:32]


def _duration_s(arriving: Arriving, duration_ms: int) -> int:
    """Take the length that is stated where the sound can have it, give or take the second that vendors cut off."""
    stated = arriving.duration_s
    return stated if stated is not None and abs(stated * 1000 - duration_ms) <= 1000 else duration_ms // 1000


def _note(context: StepContext, judged: Judged, by: Brought) -> Recording:
    keys, arriving = context.vault.keys, judged.arriving
    with context.vault.database.transaction(judged.owner.id) as tx:
        is_new = find_recording_by_sid(tx, judged.upload.recording_sid) is None
        recording = import_recording(
            tx, judged.owner, judged.upload, judged.given, judged_by=judged.judged_by, keys=keys, actor=by.actor
        )
        for said in judged.taken_back:
            withdraw(tx, judged.upload.call_sid or "", said, actor=by.actor)
        if is_new:
            why = seal_reason(tx, by.reason, subject=recording.id, act="vcon-import", keys=keys, actor=by.actor)
            facts: Facts = {
                "vcon": arriving.uuid,
                "vcon_sha256": by.sha256,
                "is_signed": arriving.is_signed,
                "receipts": len(arriving.receipts),
                "why": why,
            }
            add_event(tx, AuditTag.VCON_IMPORTED, actor=by.actor, target=recording.id, facts=facts)
    return recording
