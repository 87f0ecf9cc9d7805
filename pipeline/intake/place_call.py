"""A call that the tenant makes: from one of its armed numbers only, and never recorded from its start."""

from __future__ import annotations

from pipeline.intake.control_recorder import Wish, ask_stop
from pipeline.intake.noting import Answer, note
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.errors import NotPermitted
from pipeline.model.tenant import Tenant
from pipeline.ports.keys import Keys
from pipeline.store.call_progress import lock_call, ref_of
from pipeline.store.calls import add_flag, find_call_by_sid
from pipeline.store.inbox import add_message
from pipeline.store.session import Transaction

MACHINE = "machine"
_MACHINES = ("machine", "fax")


class NumberNotArmed(NotPermitted):
    """The number that the call is to come from is not an armed number of this tenant's."""


class TenantIsClosed(NotPermitted):
    """This tenant is closed, and makes no calls."""


def check_caller(tx: Transaction, number: str, *, owner: Tenant, keys: Keys) -> None:
    """Refuse a call from a number that the tenant has not armed.

    Raises:
        NumberNotArmed: it is not this tenant's, or not armed.
        TenantIsClosed: it makes no calls any more.
    """
    if not owner.is_active:
        raise TenantIsClosed
    if ref_of(tx, number, keys=keys) not in owner.armed:
        raise NumberNotArmed


def note_verdict(tx: Transaction, call_sid: str, answered_by: str) -> Wish | None:
    """Take up who picked up a call that we made; a machine has agreed to nothing, from the call's start on.

    Args:
        tx: the tenant's transaction.
        call_sid: the vendor's id of the call. One that is not known yet is remembered for its beginning.
        answered_by: the vendor's word, such as `human` or `machine_start`.

    Returns:
        What the recorder is to do; None where a person picked up, or nothing can run.
    """
    if not answered_by.startswith(_MACHINES):
        return None
    add_message(tx, provider="twilio", event_id=f"{MACHINE}:{call_sid}", body={"verdict": MACHINE})
    if find_call_by_sid(tx, call_sid) is None:
        return None
    call = lock_call(tx, call_sid)
    add_flag(tx, call.id, MACHINE)
    answer = Answer(outcome=Outcome.WITHDRAWN, method=Method.IMPLIED, script=None, at=call.started_at)
    note(tx, call, answer, tuple(Purpose), cause="machine_detected")
    return ask_stop(tx, call, reason=MACHINE, at=call.started_at)
