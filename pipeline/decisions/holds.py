"""Placing legal holds, and releasing them by two people. A hold wins over every disposition once it is placed."""

from __future__ import annotations

from contextlib import suppress

from pipeline.decisions.matters import check_takes_holds, open_for_hold
from pipeline.model.audit import AuditTag
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import InvalidInput, NotFound, PipelineError
from pipeline.model.hold import HoldQuery, HoldScope, read_query
from pipeline.model.ids import ArtifactId, CallId, RecordingId
from pipeline.store import holds as stored
from pipeline.store.audit import Facts, add_event
from pipeline.store.calls import get_call
from pipeline.store.holding import is_marked_held, mark_held
from pipeline.store.holds import SCOPE_KINDS, Hold, add_hold, iter_covered, lock_holds
from pipeline.store.recalls import recall_of, recall_scope
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.vault import Vault
from pipeline.telemetry import log


def place(
    tx: Transaction, vault: Vault, *, matter: str, scope: tuple[str, str], actor: str, reason: str, via: str = ""
) -> Hold:
    """Place a hold and lock every object it covers, each lock read back. Its matter is opened where it was not.

    Artifacts, decisions and purges of the tenant wait until the transaction ends, so nothing slips by while objects are
    locked one by one.

    Args:
        tx: the tenant's transaction; an object that cannot be locked rolls the hold back.
        vault: where the objects lie.
        matter: the case, by its reference.
        scope: `("recording", id)`, `("call", id)`, `("tenant", id)`, `("party", number_ref)` or `("query", JSON)`.
        actor: who.
        reason: why; no words of a call.
        via: by what the actor came, where that is known, such as the user of the machine.

    Raises:
        InvalidInput: no matter, no reason, another kind of scope, or a query that cannot be read.
        NotFound: no such recording or call.
        IllegalTransition: the matter is closed.
        StoreError: an object could not be locked; what was locked for this hold is freed again.
    """
    if not reason.strip():
        raise InvalidInput("a hold needs a matter and a reason")
    lock_holds(tx, is_shared=False)
    kind, subject, query = _checked(tx, scope)
    check_takes_holds(tx, matter)
    hold = add_hold(tx, matter=matter, scope=(kind, subject), actor=actor, reason=reason, query=query)
    objects, missing = _lock_all(tx, vault, hold)
    _recall(tx, hold, actor=actor)
    open_for_hold(tx, matter, actor=actor)  # the first event: from here on others wait for the log
    facts: Facts = {
        "matter": matter,
        "scope_kind": kind,
        "scope": subject,
        "objects": objects,
        "missing": missing,
        "via": via,
    }
    add_event(tx, AuditTag.HOLD_PLACED, actor=actor, target=hold.id, facts=facts)
    return hold


def ask_release(tx: Transaction, *, hold: str, actor: str, reason: str, via: str = "") -> Hold:
    """Ask for a hold's release. It stays in force until somebody else approves.

    Raises:
        InvalidInput: no reason.
        NotFound: no such hold in force.
        IllegalTransition: somebody has asked already.
    """
    if not reason.strip():
        raise InvalidInput("releasing a hold needs a reason")
    asked = stored.ask_release(tx, hold, actor=actor, reason=reason)
    facts: Facts = {"matter": asked.matter, "why": reason, "via": via}
    add_event(tx, AuditTag.HOLD_RELEASE_ASKED, actor=actor, target=hold, facts=facts)
    return asked


def approve_release(tx: Transaction, *, hold: str, actor: str, via: str = "") -> Hold:
    """Release a hold that somebody else asked to be released; from now on it covers nothing.

    Locks leave their objects afterwards, as each is decided anew: a store that fails meanwhile leaves a lock on, which
    is tried again, and never one off.

    Raises:
        NotFound: no such hold in force.
        IllegalTransition: nobody has asked.
        NotPermitted: the same person asked.
    """
    lock_holds(tx, is_shared=False)
    released = stored.release_hold(tx, hold, actor=actor)
    facts: Facts = {
        "matter": released.matter,
        "why": released.release_reason,
        "asked_by": released.release_requested_by,
        "via": via,
    }
    add_event(tx, AuditTag.HOLD_RELEASED, actor=actor, target=hold, facts=facts)
    return released


def reject_release(tx: Transaction, *, hold: str, actor: str, reason: str, via: str = "") -> Hold:
    """Refuse a release, or take one's own asking back; the hold stays, and may be asked for again.

    Raises:
        InvalidInput: no reason.
        NotFound: no such hold in force.
        IllegalTransition: nobody has asked.
    """
    if not reason.strip():
        raise InvalidInput("refusing a release needs a reason")
    asked = stored.reject_release(tx, hold)
    facts: Facts = {"matter": asked.matter, "why": reason, "asked_by": asked.release_requested_by, "via": via}
    add_event(tx, AuditTag.HOLD_RELEASE_REJECTED, actor=actor, target=hold, facts=facts)
    return stored.get_hold(tx, hold)


def _checked(tx: Transaction, scope: tuple[str, str]) -> tuple[str, str, HoldQuery | None]:
    kind, subject = scope
    if kind not in SCOPE_KINDS:
        raise InvalidInput(f"a hold covers a {', a '.join(SCOPE_KINDS)}")
    if kind == HoldScope.QUERY:
        query = read_query(subject)
        return kind, query.digest, query
    if kind == HoldScope.RECORDING:
        get_recording(tx, RecordingId(subject))
    elif kind == HoldScope.CALL:
        get_call(tx, CallId(subject))
    elif kind == HoldScope.PARTY:
        read_query(f'{{"number_ref": "{subject}"}}')
    elif subject != tx.tenant:
        raise InvalidInput("a hold on a tenant names that tenant")
    return kind, subject, None


def _recall(tx: Transaction, hold: Hold, *, actor: str) -> None:
    """Take what a hold covers out of the datasets that contain it: nothing is trained on while a case is open."""
    if hold.scope_kind in {HoldScope.RECORDING, HoldScope.CALL, HoldScope.TENANT}:
        recall_scope(tx, (hold.scope_kind, hold.scope_id), RecallCause.HOLD, actor=actor)
        return
    for recording in dict.fromkeys(artifact.recording for artifact in iter_covered(tx, hold)):
        if recording is not None:
            recall_of(tx, recording, RecallCause.HOLD, actor=actor)


def _lock_all(tx: Transaction, vault: Vault, hold: Hold) -> tuple[int, int]:
    """Lock what a hold covers; give how many objects were, and how many are not there any more to be locked."""
    held: list[ArtifactId] = []
    newly: list[str] = []
    missing = 0
    try:
        for artifact in iter_covered(tx, hold):
            if not is_marked_held(tx, artifact.id):
                newly.append(artifact.object_key)
            try:
                vault.objects.lock(artifact.object_key, hold=True)
            except NotFound:
                missing += 1
                log().error("hold.object_missing", tenant=tx.tenant, artifact=artifact.id)
            held.append(artifact.id)
    except PipelineError:
        for key in newly:
            with suppress(PipelineError):  # what cannot be freed now is safe, and is freed when it is decided anew
                vault.objects.lock(key, hold=False)
        raise
    mark_held(tx, held)
    return len(held) - missing, missing
