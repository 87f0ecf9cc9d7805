"""A call's recorder is told to start, to pause, to go on and to stop.

Every wish is noted before the vendor is asked, and that moment counts: what the recorder hears although it was told
otherwise, because the vendor is away, refuses or is slow, is silenced or cut when the audio is taken in. The vendor is
never asked inside a transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from pipeline.intake.noting import ACTOR
from pipeline.model.call import Call
from pipeline.model.consent import Outcome
from pipeline.model.errors import Conflict, NotFound, VendorError, VendorUnavailable
from pipeline.model.recorder import RecorderAct, RecorderEvent, is_stopped, open_reasons
from pipeline.ports.recordings import RecordingsVendor, VendorAccount
from pipeline.store.call_progress import lock_call
from pipeline.store.calls import list_legs
from pipeline.store.consents import list_consents
from pipeline.store.recorder_events import list_recorder_events, note_recorder_event
from pipeline.store.session import Database, Transaction
from pipeline.telemetry import log

CARD: Final = "card"
WAITS_S: Final = 3.0
"""How long an answer may wait for the vendor. The wish is noted already, so a longer wait gains nothing."""
AGAIN_AFTER_S: Final = (0.3, 0.9, 1.8)


class Told(StrEnum):
    """What the vendor did."""

    DONE = "done"
    NOT_RUNNING = "not_running"
    NOT_DONE = "not_done"
    """It refused, is away or is slow: the noted moment counts."""
    STILL_PAUSED = "still_paused"
    """There is another reason for the silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Something that was noted and is to be asked of the vendor. `is_needed` is false where nothing is to be asked."""

    call: Call
    event: RecorderEvent
    is_needed: bool = True
    instead: Told = Told.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderControl:
    """Asks the vendor what was noted, and notes what it did."""

    database: Database
    vendor: RecordingsVendor
    account: VendorAccount
    callback_url: str = ""
    again_after_s: Sequence[float] = AGAIN_AFTER_S

    def carry_out(self, wish: Wish) -> Told:
        """Ask the vendor once, for no longer than an answer may wait."""
        if not wish.is_needed:
            return wish.instead
        try:
            recording_sid, told = _within(WAITS_S, lambda: self._ask(wish))
        except VendorError as error:
            log().warning("recorder.not_told", tenant=self.account.tenant, error=type(error).__name__)
            return Told.NOT_DONE
        self._note_done(wish, recording_sid)
        return told

    def carry_out_later(self, wish: Wish) -> Told:
        """Ask again, each time after a longer wait; for work that nobody waits for.

        When all is in vain the cut at the noted moment is what is left.
        """
        told = Told.NOT_DONE
        for wait_s in self.again_after_s:
            time.sleep(wait_s)
            if not self._is_wanted(wish):
                return told
            told = self.carry_out(wish)
            if told is not Told.NOT_DONE:
                break
        return told

    def insist(self, wish: Wish) -> None:
        """Ask, and ask again where the vendor did not; for what was noted and nobody waits for."""
        if self.carry_out(wish) is Told.NOT_DONE:
            self.carry_out_later(wish)

    def _is_wanted(self, wish: Wish) -> bool:
        """Say whether nothing came since that a late answer of the vendor's would spoil."""
        with self.database.transaction(self.account.tenant) as tx:
            events = list_recorder_events(tx, wish.call.id)
        if wish.event.act is RecorderAct.PAUSED:
            return wish.event.reason in open_reasons(events)
        return is_stopped(events)

    def _ask(self, wish: Wish) -> tuple[str | None, Told]:
        act, call_sid = wish.event.act, wish.call.call_sid
        try:
            if act is RecorderAct.STARTED:
                return self.vendor.start(self.account, call_sid, callback_url=self.callback_url), Told.DONE
            if act is RecorderAct.STOPPED:
                return None, Told.DONE if self.vendor.stop(self.account, call_sid) else Told.NOT_RUNNING
            ask = self.vendor.pause if act is RecorderAct.PAUSED else self.vendor.resume
            recording_sid = ask(self.account, call_sid)
        except NotFound:
            return None, Told.NOT_RUNNING
        return recording_sid, Told.NOT_RUNNING if recording_sid is None else Told.DONE

    def _note_done(self, wish: Wish, recording_sid: str | None) -> None:
        if wish.event.act is RecorderAct.STARTED and recording_sid is None:
            return
        undone: Wish | None = None
        with self.database.transaction(self.account.tenant) as tx:
            call = lock_call(tx, wish.call.call_sid)
            before = list_recorder_events(tx, call.id)
            done = replace(
                wish.event,
                is_done=True,
                recording_sid=recording_sid,
                at=max(tx.now, wish.event.at),
                cause=f"{wish.event.cause.rpartition(':')[0]}:done",
            )
            note_recorder_event(tx, call.id, done)
            if done.act is RecorderAct.STARTED:
                undone = _undo_start(tx, call, wish, before)
            elif done.act is RecorderAct.RESUMED and open_reasons(before):
                undone = _pause_again(tx, call, before)
        if undone is not None:
            self.insist(undone)


def ask_start(tx: Transaction, call: Call, *, actor: str = ACTOR) -> Wish | None:
    """Note that a recorder is to start; None where one was asked for in this round of asking before."""
    event = _event(tx, RecorderAct.STARTED, f"round-{call.round}", 1, actor)
    return Wish(call=call, event=event) if note_recorder_event(tx, call.id, event) else None


def ask_pause(tx: Transaction, call_sid: str, *, reason: str = CARD, actor: str = ACTOR) -> Wish:
    """Note that nothing is to be recorded from now on, until `ask_resume` for the same reason.

    Asked twice it is one pause, from the first time.

    Raises:
        NotFound: the tenant has no such call.
    """
    call = lock_call(tx, call_sid)
    events = list_recorder_events(tx, call.id)
    number = _count(events, RecorderAct.PAUSED, reason) + (reason not in open_reasons(events))
    event = _event(tx, RecorderAct.PAUSED, reason, number, actor)
    return Wish(call=call, event=_noted(tx, call, event))


def ask_resume(tx: Transaction, call_sid: str, *, reason: str = CARD, actor: str = ACTOR) -> Wish:
    """Note that one reason for a pause has ended. Without such a pause nothing is noted, and nothing asked.

    Raises:
        NotFound: the tenant has no such call.
        Conflict: somebody took a permission back, or the recorder was stopped for good: nothing may go on.
    """
    call = lock_call(tx, call_sid)
    events = list_recorder_events(tx, call.id)
    if _is_withdrawn(tx, call) or is_stopped(events):
        raise Conflict("a permission was taken back")
    number = _count(events, RecorderAct.PAUSED, reason)
    event = _event(tx, RecorderAct.RESUMED, reason, number, actor)
    if number == 0:
        return Wish(call=call, event=event, is_needed=False)
    is_new = note_recorder_event(tx, call.id, event)
    if open_reasons(list_recorder_events(tx, call.id)):
        return Wish(call=call, event=event, is_needed=False, instead=Told.STILL_PAUSED)
    is_settled = any(e.is_done and e.cause.startswith(f"{reason}:{number}:resumed") for e in events)
    return Wish(call=call, event=event, is_needed=is_new or not is_settled)


def ask_stop(tx: Transaction, call: Call, *, reason: str, at: datetime | None = None, actor: str = ACTOR) -> Wish:
    """Note that nothing is to be recorded from a moment on, for good; the first note for a reason stays.

    Args:
        tx: the tenant's transaction.
        call: which.
        reason: why, such as `withdrawn-caller-1`.
        at: from when on; None for now.
        actor: who wants it.
    """
    event = _event(tx, RecorderAct.STOPPED, reason, 1, actor)
    if at is not None:
        event = replace(event, at=min(at, event.at))
    return Wish(call=call, event=_noted(tx, call, event))


def ask_stop_again(tx: Transaction, call_sid: str, recording_sid: str) -> Wish | None:
    """Note that a recorder must stop which began to run although it was stopped before; None where it may run.

    The vendor takes a moment from our document to its recorder. A stop in that moment finds nothing that runs.

    Raises:
        NotFound: the tenant has no such call.
    """
    call = lock_call(tx, call_sid)
    if not is_stopped(list_recorder_events(tx, call.id)) and not _is_withdrawn(tx, call):
        return None
    return ask_stop(tx, call, reason=f"began-late-{recording_sid}")


def _undo_start(tx: Transaction, call: Call, wish: Wish, before: Sequence[RecorderEvent]) -> Wish | None:
    """Stop, or pause, what started after somebody wanted otherwise while the vendor was being asked."""
    causes = [e.cause for e in before]
    since = before[causes.index(wish.event.cause) :] if wish.event.cause in causes else before
    if any(e.act is RecorderAct.STOPPED for e in since) or call.round != wish.call.round or _is_withdrawn(tx, call):
        return ask_stop(tx, call, reason=f"late-{call.round}")
    return _pause_again(tx, call, before) if open_reasons(before) else None


def _pause_again(tx: Transaction, call: Call, events: Sequence[RecorderEvent]) -> Wish:
    """Ask for a silence that is wanted already, of a recorder that started or went on after it was wanted."""
    event = _event(tx, RecorderAct.PAUSED, sorted(open_reasons(events))[0], 0, ACTOR)
    return Wish(call=call, event=event)


def _is_withdrawn(tx: Transaction, call: Call) -> bool:
    """Say whether anybody who is still on the call took their permission back."""
    gone = {(leg.role, leg.ordinal) for leg in list_legs(tx, call.id) if leg.left_at is not None}
    took_back = (e for e in list_consents(tx, call.id) if e.outcome is Outcome.WITHDRAWN)
    return any((e.leg_role, e.ordinal) not in gone for e in took_back)


def _count(events: Sequence[RecorderEvent], act: RecorderAct, reason: str) -> int:
    return sum(e.act is act and e.reason == reason and not e.is_done for e in events)


def _noted(tx: Transaction, call: Call, event: RecorderEvent) -> RecorderEvent:
    """Note a wish, or give it as it was noted the first time."""
    if note_recorder_event(tx, call.id, event):
        return event
    return next(e for e in list_recorder_events(tx, call.id) if e.cause == event.cause)


def _event(tx: Transaction, act: RecorderAct, reason: str, number: int, actor: str) -> RecorderEvent:
    return RecorderEvent(act=act, at=tx.now, is_done=False, cause=f"{reason}:{number}:{act.value}:asked", actor=actor)


def _within[T](seconds: float, work: Callable[[], T]) -> T:
    """Wait for work no longer than that; it goes on alone, and what it does then is not noted."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recorder")
    try:
        future: Future[T] = pool.submit(work)
        return future.result(timeout=seconds)
    except TooSlow:
        raise VendorUnavailable("telephony", "recorder", reason="too slow") from None
    finally:
        pool.shutdown(wait=False)
