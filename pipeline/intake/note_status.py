"""A call or its other leg has ended. A gate that was open then is a hang-up; everything else is only noted."""

from __future__ import annotations

from typing import Final

from pipeline.intake.call_state import find_state
from pipeline.intake.note_answer import close_gate
from pipeline.intake.note_callee import note_callee_gone
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.tenant import Tenant
from pipeline.policies.loader import Law
from pipeline.ports.queue import WorkQueue
from pipeline.store.call_progress import has_ended
from pipeline.store.calls import find_call_by_sid, mark_ended
from pipeline.store.recordings import list_recordings
from pipeline.store.session import Transaction

ENDED: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The vendor's words for a leg that is over."""
NEWS_COMES_WITHIN_S: Final = 10
"""How long after a call's end its other legs may still tell theirs."""
RECORDING_COMES_WITHIN_S: Final = 300
"""How long after a call's end the vendor may need for its recording."""
_RECORDED: Final = (Outcome.GRANTED, Outcome.WITHDRAWN)


def note_call_status(tx: Transaction, call_sid: str, status: str, *, owner: Tenant, law: Law, queue: WorkQueue) -> None:
    """Take up how a call ended and start the work on it; a call not ours, and any other status, change nothing.

    Raises:
        StoreUnreachable: nothing was taken up; the vendor must send it again.
    """
    state = find_state(tx, call_sid, owner=owner, law=law) if status in ENDED else None
    if state is not None:
        close_gate(tx, state, Outcome.HUNG_UP, cause="call:ended")
        mark_ended(tx, state.call.id, at=tx.now)
        was_recorded = any(s.purpose is Purpose.RECORD and s.outcome in _RECORDED for s in state.standings)
        delay_s = RECORDING_COMES_WITHIN_S if was_recorded else NEWS_COMES_WITHIN_S
        queue.enqueue_call(tx, tx.tenant, state.call.id, delay_s=delay_s)


def note_told_after_end(tx: Transaction, call_sid: str, *, cause: str, queue: WorkQueue) -> None:
    """Have what was recorded of a call judged again, and an ended call's receipts issued anew: something was told.

    A running call has its end to come, and receipts with it.

    Raises:
        StoreUnreachable: nothing was taken up.
    """
    call = find_call_by_sid(tx, call_sid)
    if call is None:
        return
    for recording in list_recordings(tx, call=call.id):
        queue.enqueue_judging(tx, tx.tenant, recording.id, cause=cause)
    if has_ended(tx, call.id):
        queue.enqueue_call(tx, tx.tenant, call.id, delay_s=NEWS_COMES_WITHIN_S, cause=cause)


def note_leg_status(tx: Transaction, call_sid: str, status: str, *, owner: Tenant, law: Law, ordinal: int = 1) -> bool:
    """Take up how a callee's leg ended, named by the call it belongs to; False where nothing was taken up."""
    state = find_state(tx, call_sid, owner=owner, law=law) if status in ENDED else None
    if state is None:
        return False
    note_callee_gone(tx, state, ordinal=ordinal)
    return True
