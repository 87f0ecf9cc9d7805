"""Writing, signing and keeping the consent receipts of a call, for the steps that say when.

Each receipt is an artifact of its own: the signed statement, sealed. Its digest stands in the audit chain, so the
chain's export shows when it was issued and that it was not exchanged since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping, Sequence
from datetime import timedelta
from typing import Final

from pipeline.consent.jws import read_unverified
from pipeline.consent.receipt import TYP, ReceiptFacts, Recorded, WrittenReceipt, write_receipts
from pipeline.consent.resolve import resolve_leg, to_place
from pipeline.consent.spoken import find_spoken
from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import ConsentEvent, Outcome, Purpose
from pipeline.model.ids import CallId, LegId
from pipeline.model.recorder import pauses_of
from pipeline.model.recording import Recording
from pipeline.model.tenant import Tenant
from pipeline.steps.context import StepContext
from pipeline.store.artifacts import list_artifacts
from pipeline.store.audit import Facts
from pipeline.store.calls import get_call, list_legs, number_ref, read_numbers
from pipeline.store.consents import list_consents
from pipeline.store.recorder_events import list_recorder_events
from pipeline.store.recordings import read_facts
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import Signer, get_signer
from pipeline.store.tenants import get_tenant
from pipeline.store.vault import Shelf
from pipeline.store.wordings import list_texts

RECEIPT: Final = ArtifactKind.CONSENT_RECEIPT
_CUT_TO_SECONDS: Final = 2
"""The vendor cuts both a recording's start and its length to whole seconds."""

type Asked = tuple[LegRole, int, Purpose]
"""A leg, by role and ordinal, and what it was asked for."""


def issue_receipts(
    context: StepContext,
    shelf: Shelf,
    call: CallId,
    recording: Recording | None,
    *,
    about: Container[Asked] | None = None,
) -> int:
    """Keep a signed receipt for each leg and purpose of a call; give how many there are.

    Repeating it makes what is missing and nothing twice, also where the signing key was rotated meanwhile.

    Args:
        context: what steps work with.
        shelf: where they are to lie.
        call: the call that was answered on.
        recording: the recording they go with; None for those of the call alone.
        about: only of these legs and purposes; None for all.

    Raises:
        NotFound: no such call; or the tenant's key was destroyed, so that nothing can be signed in its name.
        VendorUnavailable: the keeper of keys cannot be reached; nothing is issued unsigned.
    """
    with context.vault.database.transaction(shelf.tenant) as tx:
        written = [
            receipt
            for receipt in write_receipts(_gather(context, tx, call, recording))
            if about is None or (receipt.role, receipt.ordinal, receipt.purpose) in about
        ]
        before = [a for a in list_artifacts(tx, call=call) if a.kind is RECEIPT and a.recording == shelf.recording]
        signer = get_signer(tx, keys=context.vault.keys) if written else None
    issued = {read_unverified(context.vault.read(artifact).decode()) for artifact in before}
    if signer is not None:
        for receipt in written:
            if receipt.body not in issued:
                _issue(context, shelf, signer, receipt)
    return len(written)


def list_untold(tx: Transaction, call: CallId, recordings: Sequence[Recording]) -> frozenset[Asked]:
    """List the legs and purposes of which something was answered that the receipts of no recording tell."""
    events = list_consents(tx, call)
    told = [event for recording in recordings for event in _of_recording(events, recording)]
    return frozenset((e.leg_role, e.ordinal, e.purpose) for e in events if e not in told)


def _issue(context: StepContext, shelf: Shelf, signer: Signer, receipt: WrittenReceipt) -> Artifact:
    token = signer.sign(receipt.body, typ=TYP).encode()
    facts: Facts = {
        "sha256": hashlib.sha256(token).hexdigest(),
        "kid": signer.kid,
        "call": shelf.call,
        "recording": shelf.recording,
        "leg": receipt.role.value,
        "ordinal": receipt.ordinal,
        "purpose": receipt.purpose.value,
        "outcome": receipt.outcome.value,
    }
    return context.vault.keep(shelf, RECEIPT, token, meaning=(AuditTag.RECEIPT_ISSUED, facts))


def _gather(context: StepContext, tx: Transaction, call_id: CallId, recording: Recording | None) -> ReceiptFacts:
    call, legs = get_call(tx, call_id), list_legs(tx, call_id)
    events = _of_recording(list_consents(tx, call_id), recording)
    owner = get_tenant(tx, keys=context.vault.keys)
    version = context.policies_of(tx, owner).find(call.policy_digest)
    return ReceiptFacts(
        call=call,
        legs=legs,
        events=events,
        policy_id=owner.policy_id,
        policy_version=version.bundle.version if version else None,
        derived=_derived(context, tx, call, legs, owner),
        versions=_versions(tx, events, owner),
        recorded=_recorded(tx, recording) if recording else None,
    )


def _of_recording(events: Sequence[ConsentEvent], recording: Recording | None) -> tuple[ConsentEvent, ...]:
    """Leave out what was answered after a recording had ended, as in a later round; a withdrawal concerns it still."""
    if recording is None or recording.started_at is None or recording.duration_s is None:
        return tuple(events)
    ended_at = recording.started_at + timedelta(seconds=recording.duration_s + _CUT_TO_SECONDS)
    return tuple(e for e in events if e.at <= ended_at or e.outcome is Outcome.WITHDRAWN)


def _recorded(tx: Transaction, recording: Recording) -> Recorded:
    noted = read_facts(tx, recording.id)
    return Recorded(
        recording=recording,
        notice_at_ms=noted.get("notice_at_ms"),
        cut_at_ms=noted.get("cut_at_ms"),
        pauses=pauses_of(list_recorder_events(tx, recording.call)) if recording.call else (),
    )


def _derived(
    context: StepContext, tx: Transaction, call: Call, legs: Sequence[Leg], owner: Tenant
) -> Mapping[LegId, Mapping[str, str]]:
    """Say of each place how it was found: from the leg's number, or because the tenant is there.

    What neither explains came from what the network said of the call when it began.
    """
    keys = context.vault.keys
    numbers = {*read_numbers(tx, call.id, keys=keys).values(), owner.secrets.forward_to} - {""}
    by_ref = {number_ref(number, keys=keys, tenant=owner.id): number for number in numbers}
    established = {to_place(place) for place in owner.settings.establishment}
    found: dict[LegId, dict[str, str]] = {}
    for leg in legs:
        resolved = resolve_leg(by_ref.get(leg.number_ref or ""), law=context.law)
        how = dict.fromkeys(resolved.candidates, f"number: {resolved.how}")
        if leg.role is LegRole.AGENT or leg.number_ref is None:
            how |= dict.fromkeys(established, "establishment")
        found[leg.id] = how
    return found


def _versions(tx: Transaction, events: Sequence[ConsentEvent], owner: Tenant) -> Mapping[str, str]:
    """Find the version of every script that was played, by its digest; one that no text has stays without."""
    own = list_texts(tx)
    found: dict[str, str] = {}
    for script in {event.script for event in events if event.script is not None}:
        spoken = find_spoken(script, tenant_name=owner.display_name, own=own)
        if spoken is not None:
            found[script.sha256] = spoken.version
    return found
