"""Ending the vendor's copy of a recording, unless a legal hold needs it: nothing else may be left of what is held."""

from __future__ import annotations

from pipeline.model.errors import VendorUnavailable
from pipeline.model.recording import Recording
from pipeline.model.tenant import Tenant
from pipeline.steps.context import StepContext
from pipeline.store.holds import list_holds_on, lock_holds
from pipeline.store.recordings import merge_facts
from pipeline.store.session import Transaction
from pipeline.store.tenants import account_of
from pipeline.telemetry import log


def is_kept_for_hold(tx: Transaction, recording: Recording) -> bool:
    """Say whether a hold keeps the vendor's copy, and note it; no hold is placed until the transaction ends."""
    lock_holds(tx)
    if not list_holds_on(tx, recording=recording.id, call=recording.call):
        return False
    merge_facts(tx, recording.id, {"is_held_at_vendor": True})
    log().error("recording.held_at_vendor", tenant=recording.tenant, recording=recording.id)
    return True


def end_vendor_copy(context: StepContext, recording: Recording, owner: Tenant, *, what: str) -> None:
    """Delete the vendor's copy, and see that it is gone.

    Raises:
        VendorUnavailable: the vendor still has it.
    """
    account = account_of(owner)
    context.vendor.delete(account, recording.recording_sid)
    if not context.vendor.is_gone(account, recording.recording_sid):
        raise VendorUnavailable("twilio", f"delete {what} recording", reason="still there")
