"""Answering a demand of law, or disclosing in good faith: taken in by one person, approved by another, and ended.

Nothing is disclosed but the artifacts that counsel named, within what the request covers. The tenant is told when it is
approved, before anything leaves; where an order forbids that, the order and its last day are recorded, and the tenant
is told after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pipeline.decisions.holds import place
from pipeline.model.artifact import Artifact
from pipeline.model.audit import AuditTag
from pipeline.model.errors import IllegalTransition, InvalidInput, NotPermitted
from pipeline.model.ids import ArtifactId, CallId, RecordingId
from pipeline.model.legal import DISCLOSABLE, ORIGINALS, LegalAct, LegalDemand, LegalOutcome, LegalRequest
from pipeline.model.tenant_notice import NoticeKind
from pipeline.ports.keys import Keys
from pipeline.store.artifacts import get_artifact
from pipeline.store.audit import add_event, lock_log
from pipeline.store.calls import get_call
from pipeline.store.legal_requests import add_act, add_request, get_request
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.tenant_notices import add_notice
from pipeline.store.vault import Vault

_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What counsel approves."""

    artifacts: tuple[ArtifactId, ...]
    orders_originals: bool = False
    """The demand orders the originals; without it only what is redacted is disclosed."""
    barred_until: date | None = None
    """The last day on which an order forbids to tell the tenant; None where none does."""
    order: str = field(default="", repr=False)
    """The order that forbids it, by its reference. Sealed."""


def open_request(tx: Transaction, vault: Vault, demand: LegalDemand, *, has_hold: bool, actor: str) -> LegalRequest:
    """Take a request in; what it covers is held at once where that is asked for.

    Raises:
        InvalidInput: no reference, authority or ground, a day that is still to come, or nothing to cover.
        NotFound: no such recording or call.
    """
    for part in (demand.words.reference, demand.words.authority, demand.words.statute):
        if not part.strip() or len(part) > _LONGEST:
            raise InvalidInput("a legal request names its reference, who asks, and by which law or ground")
    if demand.received_on > tx.now.date():
        raise InvalidInput("a legal request was received today or before")
    if not demand.scope:
        raise InvalidInput("a legal request covers named recordings or calls, never everything")
    for item in demand.scope:
        _check_scope(tx, item)
    request = add_request(tx, demand, actor=actor, keys=vault.keys)
    facts = {
        "kind": demand.kind.value,
        "received_on": demand.received_on.isoformat(),
        "covers": len(demand.scope),
        "is_held": has_hold,
    }
    add_event(tx, AuditTag.LEGAL_OPENED, actor=actor, target=request, facts=facts)
    for item in demand.scope if has_hold else ():
        place(tx, vault, matter=request, scope=item, actor=actor, reason="legal request")
    return get_request(tx, request, keys=vault.keys)


def approve_request(tx: Transaction, request: str, approval: Approval, *, keys: Keys, actor: str) -> LegalRequest:
    """Approve, as counsel, that named artifacts are disclosed; the tenant is told, unless an order forbids it.

    Raises:
        NotFound: no such request or artifact.
        IllegalTransition: it was approved or closed before.
        NotPermitted: by whoever took it in; an artifact that it does not cover; an original that is not ordered.
        InvalidInput: no artifact, or a bar without its order or without a day to come.
    """
    found = _locked(tx, request, keys)
    if found.state != "open":
        raise IllegalTransition(f"the legal request is {found.state}")
    if actor == found.opened_by:
        raise NotPermitted("who took a legal request in does not approve it")
    if not approval.artifacts:
        raise InvalidInput("counsel names each artifact that is disclosed")
    for artifact in approval.artifacts:
        _check_artifact(found, get_artifact(tx, artifact), approval)
    _check_bar(tx, approval)
    bar = approval.barred_until.isoformat() if approval.barred_until else None
    named = sorted(set(approval.artifacts))
    detail = {
        "artifacts": named,
        "orders_originals": approval.orders_originals,
        "notice_barred_until": bar,
    }
    add_act(tx, request, LegalAct.APPROVED, detail=detail, words=approval.order, actor=actor, keys=keys)
    facts = {
        "artifacts": len(named),
        "orders_originals": approval.orders_originals,
        "notice_barred_until": bar,
    }
    add_event(tx, AuditTag.LEGAL_APPROVED, actor=actor, target=request, facts=facts)
    if bar is None:
        _notify(tx, found, keys=keys, actor=actor)
    return get_request(tx, request, keys=keys)


def notify_tenant(tx: Transaction, request: str, *, keys: Keys, actor: str) -> LegalRequest:
    """Tell the tenant of a request of which an order forbade to tell until now.

    Raises:
        NotFound: no such request.
        IllegalTransition: the tenant was told, or it was never approved.
        NotPermitted: the order still forbids it.
    """
    found = _locked(tx, request, keys)
    if found.last(LegalAct.APPROVED) is None or found.last(LegalAct.NOTIFIED) is not None:
        raise IllegalTransition("the tenant was told, or there is nothing yet to tell")
    if found.notice_barred_until is not None and tx.now.date() <= found.notice_barred_until:
        raise NotPermitted(f"an order forbids to tell the tenant until {found.notice_barred_until}")
    _notify(tx, found, keys=keys, actor=actor)
    return get_request(tx, request, keys=keys)


def close_request(
    tx: Transaction, request: str, *, outcome: LegalOutcome, reason: str, keys: Keys, actor: str
) -> LegalRequest:
    """End a request. Holds that were placed for it stay until they are released as any other.

    Raises:
        NotFound: no such request.
        IllegalTransition: it is closed, or it would count as answered and nothing was exported.
        InvalidInput: no reason.
    """
    found = _locked(tx, request, keys)
    if not reason.strip() or len(reason) > _LONGEST:
        raise InvalidInput("closing a legal request needs a reason")
    if found.state == "closed":
        raise IllegalTransition("the legal request is closed")
    if (outcome is LegalOutcome.ANSWERED) != (found.last(LegalAct.EXPORTED) is not None):
        raise IllegalTransition("a legal request is answered by its export, and by nothing else")
    detail = {"outcome": outcome.value}
    add_act(tx, request, LegalAct.CLOSED, detail=detail, words=reason, actor=actor, keys=keys)
    add_event(tx, AuditTag.LEGAL_CLOSED, actor=actor, target=request, facts=detail)
    return get_request(tx, request, keys=keys)


def _locked(tx: Transaction, request: str, keys: Keys) -> LegalRequest:
    lock_log(tx)
    return get_request(tx, request, keys=keys)


def _notify(tx: Transaction, found: LegalRequest, *, keys: Keys, actor: str) -> None:
    add_notice(tx, NoticeKind.REQUEST, subject=("legal_request", found.id), cause=found.demand.kind.value)
    add_act(tx, found.id, LegalAct.NOTIFIED, detail={}, words="", actor=actor, keys=keys)
    add_event(tx, AuditTag.LEGAL_NOTIFIED, actor=actor, target=found.id, facts={"kind": found.demand.kind.value})


def _check_scope(tx: Transaction, item: tuple[str, str]) -> None:
    kind, subject = item
    if kind == "recording":
        get_recording(tx, RecordingId(subject))
    elif kind == "call":
        get_call(tx, CallId(subject))
    else:
        raise InvalidInput("a legal request covers named recordings or calls, never everything")


def _check_artifact(found: LegalRequest, artifact: Artifact, approval: Approval) -> None:
    of = {("recording", artifact.recording), ("call", artifact.call)}
    if not of & set(found.demand.scope):
        raise NotPermitted(f"the request does not cover artifact {artifact.id}")
    if artifact.kind not in DISCLOSABLE:
        raise NotPermitted(f"a {artifact.kind.value} is not disclosed")
    if artifact.kind in ORIGINALS and not approval.orders_originals:
        raise NotPermitted(f"artifact {artifact.id} is an original, and no original is ordered")


def _check_bar(tx: Transaction, approval: Approval) -> None:
    if (approval.barred_until is None) != (not approval.order.strip()):
        raise InvalidInput("what forbids to tell the tenant is an order, with its reference and its last day")
    if approval.barred_until is not None and approval.barred_until < tx.now.date():
        raise InvalidInput("an order whose last day is past forbids nothing")
