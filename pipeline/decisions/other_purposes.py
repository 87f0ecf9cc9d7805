"""Using a call for a purpose that is named nowhere: only by a recorded, explicit consent of everybody heard on it.

Without a consent nothing is allowed, and nothing is after it was taken back, by anybody on the call. What a call itself
is asked for, training first, is never allowed this way.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.call import Leg, LegRole
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import CallId, RecordingId
from pipeline.model.other_purpose import PURPOSE_ID, TAKEN, PurposeConsent
from pipeline.store.audit import add_event
from pipeline.store.calls import get_call, list_legs
from pipeline.store.purpose_consents import (
    add_purpose_consent,
    add_purpose_revocation,
    get_purpose_consent,
    list_purpose_consents,
)
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def record_consent(tx: Transaction, consent: PurposeConsent, *, actor: str) -> None:
    """Keep an explicit consent with what proves it.

    Raises:
        InvalidInput: a purpose that is no id, or one that the call itself is asked for; no proof; no person.
        NotFound: no such call, or nobody on that leg of it.
    """
    if not PURPOSE_ID.fullmatch(consent.purpose):
        raise InvalidInput("a purpose is an id of 3 to 40 characters: a-z, 0-9 and underscores")
    if consent.purpose in TAKEN:
        raise InvalidInput(f"{consent.purpose} is asked for on the call itself, and consent to it is not recorded here")
    if not _SHA256.fullmatch(consent.evidence_sha256) or consent.given_on > tx.now.date():
        raise InvalidInput("a consent has the SHA-256 of what proves it, and a day that is not to come")
    if consent.leg_role is LegRole.AGENT or consent.ordinal < 1:
        raise InvalidInput("a person on the call consents, never software")
    _check_scope(tx, consent)
    add_purpose_consent(tx, consent, actor=actor)
    facts = {
        "purpose": consent.purpose,
        "scope_kind": consent.scope_kind,
        "scope": consent.scope_id,
        "leg": f"{consent.leg_role.value}:{consent.ordinal}",
        "evidence": consent.evidence_kind.value,
        "evidence_sha256": consent.evidence_sha256,
    }
    add_event(tx, AuditTag.PURPOSE_AGREED, actor=actor, target=consent.id, facts=facts)


def revoke_consent(tx: Transaction, consent: str, *, actor: str) -> PurposeConsent:
    """Take a consent back, from now on.

    Raises:
        NotFound: no such consent.
        IllegalTransition: it was taken back before.
    """
    found = get_purpose_consent(tx, consent)
    if not add_purpose_revocation(tx, consent, actor=actor):
        raise IllegalTransition("this consent was taken back before")
    add_event(tx, AuditTag.PURPOSE_WITHDRAWN, actor=actor, target=consent, facts={"purpose": found.purpose})
    return get_purpose_consent(tx, consent)


def require_consent(tx: Transaction, purpose: str, recording: RecordingId, *, actor: str) -> None:
    """Refuse a recording for a purpose that not everybody on its call consented to; that it was relied on is audited.

    Raises:
        NotFound: the tenant has no such recording.
        NotPermitted: somebody on the call did not consent, or took it back; or it is a file that has no call.
    """
    call = get_recording(tx, recording).call
    if call is None or not is_allowed_for(tx, purpose, call):
        raise NotPermitted(f"not everybody on its call consented to {_shown(purpose)}: earmark purpose consent")
    add_event(tx, AuditTag.PURPOSE_RELIED_ON, actor=actor, target=recording, facts={"purpose": purpose})


def is_allowed_for(tx: Transaction, purpose: str, call: CallId) -> bool:
    """Say whether a call may be used for a purpose that nothing else allows.

    Every person on the call must have consented, for this call or for all of theirs, and none have taken it back: who
    did may consent anew. A call on which nobody is known allows nothing.

    Raises:
        NotFound: the tenant has no such call.
    """
    get_call(tx, call)
    people = [leg for leg in list_legs(tx, call) if leg.role is not LegRole.AGENT]
    if purpose in TAKEN or not people:
        return False
    scopes = {("call", str(call))} | {("party", leg.number_ref) for leg in people if leg.number_ref}
    given = list_purpose_consents(tx, purpose=purpose, scopes=scopes)
    return all(_stands(call, leg, given) for leg in people)


def _stands(call: CallId, leg: Leg, given: tuple[PurposeConsent, ...]) -> bool:
    """Say whether a person's last word, on this call or all of theirs, is a yes; a later no ends what came before."""
    theirs = [consent for consent in given if _is_theirs(call, leg, consent)]
    taken_back = [consent.revoked_at for consent in theirs if consent.revoked_at is not None]
    standing = [consent.noted_at for consent in theirs if consent.revoked_at is None and consent.noted_at is not None]
    return bool(standing) and all(at < max(standing) for at in taken_back)


def _is_theirs(call: CallId, leg: Leg, consent: PurposeConsent) -> bool:
    if consent.scope_kind == "party":
        return consent.scope_id == leg.number_ref
    return consent.scope_id == call and (consent.leg_role, consent.ordinal) == (leg.role, leg.ordinal)


def _check_scope(tx: Transaction, consent: PurposeConsent) -> None:
    if consent.scope_kind == "party":
        if not _SHA256.fullmatch(consent.scope_id):
            raise InvalidInput("a person is named by the keyed digest of their number")
    elif consent.scope_kind == "call":
        call = get_call(tx, CallId(consent.scope_id))
        legs = {(leg.role, leg.ordinal) for leg in list_legs(tx, call.id)}
        if (consent.leg_role, consent.ordinal) not in legs:
            raise NotFound("nobody is on that leg of the call")
    else:
        raise InvalidInput("a consent covers one call, or the calls of one person")


def _shown(purpose: str) -> str:
    return purpose if PURPOSE_ID.fullmatch(purpose) else "this purpose"
