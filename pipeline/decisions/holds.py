"""Placing and releasing legal holds. A hold wins over every disposition from the moment it is placed."""

from __future__ import annotations

from pipeline.model.artifact import Artifact
from pipeline.model.audit import AuditTag
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import CallId, RecordingId
from pipeline.store.artifacts import list_artifacts
from pipeline.store.audit import Facts, add_event
from pipeline.store.calls import get_call
from pipeline.store.holds import SCOPE_KINDS, Hold, add_hold, list_holds_on, release_hold
from pipeline.store.recalls import recall_scope
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.vault import Vault


def place(tx: Transaction, vault: Vault, *, matter: str, scope: tuple[str, str], actor: str, reason: str) -> Hold:
    """Place a hold and lock every object it covers, each lock read back.

    Args:
        tx: the tenant's transaction; an object that cannot be locked rolls the hold back.
        vault: where the objects lie.
        matter: the case, by its reference.
        scope: `("recording", id)`, `("call", id)` or `("tenant", id)`.
        actor: who.
        reason: why; no words of a call.

    Raises:
        InvalidInput: no matter, no reason, or another kind of scope.
        NotFound: no such recording or call.
    """
    if not matter.strip() or not reason.strip():
        raise InvalidInput("a hold needs a matter and a reason")
    _check_scope(tx, scope)
    hold = add_hold(tx, matter=matter, scope=scope, actor=actor, reason=reason)
    recall_scope(tx, scope, RecallCause.HOLD, actor=actor)
    for artifact in _artifacts(tx, scope):
        vault.objects.lock(artifact.object_key, hold=True)
    facts: Facts = {"matter": matter, "scope_kind": scope[0], "scope": scope[1]}
    add_event(tx, AuditTag.HOLD_PLACED, actor=actor, target=hold.id, facts=facts)
    return hold


def release(tx: Transaction, vault: Vault, *, hold: str, actor: str, reason: str) -> Hold:
    """Release a hold; an object that another hold still covers stays locked.

    Raises:
        InvalidInput: no reason.
        NotFound: no such hold in force.
    """
    if not reason.strip():
        raise InvalidInput("releasing a hold needs a reason")
    released = release_hold(tx, hold, actor=actor)
    scope = (released.scope_kind, released.scope_id)
    for artifact in _artifacts(tx, scope):
        if not list_holds_on(tx, recording=artifact.recording, call=artifact.call):
            vault.objects.lock(artifact.object_key, hold=False)
    add_event(tx, AuditTag.HOLD_RELEASED, actor=actor, target=hold, facts={"matter": released.matter, "why": reason})
    return released


def _check_scope(tx: Transaction, scope: tuple[str, str]) -> None:
    kind, subject = scope
    if kind not in SCOPE_KINDS:
        raise InvalidInput(f"a hold covers a {', a '.join(SCOPE_KINDS)}")
    if kind == "recording":
        get_recording(tx, RecordingId(subject))
    elif kind == "call":
        get_call(tx, CallId(subject))
    elif subject != tx.tenant:
        raise InvalidInput("a hold on a tenant names that tenant")


def _artifacts(tx: Transaction, scope: tuple[str, str]) -> tuple[Artifact, ...]:
    kind, subject = scope
    if kind == "recording":
        return list_artifacts(tx, recording=RecordingId(subject))
    return list_artifacts(tx, call=CallId(subject)) if kind == "call" else list_artifacts(tx)
