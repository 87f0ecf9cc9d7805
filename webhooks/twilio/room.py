"""Keeps a call's room: rings those who are to come, asks who is there, and has the recorder follow.

Everything here is done after an answer was given. What is not known is no reason to record: a vendor that cannot be
asked who is in the room leaves the recorder as it is, off or paused.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.intake.call_state import CallState, find_state
from pipeline.intake.choose_next import choose_next
from pipeline.intake.control_recorder import RecorderControl, Told, Wish, ask_stop
from pipeline.intake.note_callee import callee_of, note_admission
from pipeline.intake.note_joining import align_recorder
from pipeline.model.call import LegRole
from pipeline.model.errors import NotFound, PipelineError
from pipeline.model.recorder import RecorderAct
from pipeline.model.tenant import Tenant
from pipeline.ports.telephony import NumberUrls, OutboundCall
from pipeline.store.call_progress import has_ended, lock_call, mark_leg_sid, name_of
from pipeline.store.calls import read_numbers
from pipeline.store.inbox import add_message, has_message
from pipeline.store.session import Transaction
from pipeline.telemetry import log
from webhooks.tenancy import WebContext, account_of
from webhooks.twilio.urls import Urls


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomKeeper:
    """Keeps the room of one call."""

    context: WebContext
    owner: Tenant
    call_sid: str

    @property
    def urls(self) -> Urls:
        """The tenant's addresses."""
        return Urls(public_base=self.context.public_base, tenant=self.owner.id)

    @property
    def control(self) -> RecorderControl:
        """What tells the call's recorder."""
        return self.context.control(self.owner, callback_url=self.urls.recording())

    def ring(self, ordinal: int = 1) -> bool:
        """Call somebody who is to join, once, whatever becomes of it; False where the vendor did not."""
        call = self._call_to_place(ordinal)
        if call is None:
            return True
        try:
            leg_sid = self.context.telephony.place_call(account_of(self.owner), call)
        except PipelineError as error:
            log().warning("room.not_rung", tenant=self.owner.id, error=type(error).__name__)
            with self.context.database.transaction(self.owner.id) as tx:
                note_admission(tx, self._state(tx), ordinal, is_let_in=False)
            self.settle()
            return False
        with self.context.database.transaction(self.owner.id) as tx:
            leg = callee_of(self._state(tx), ordinal)
            if leg is not None:
                mark_leg_sid(tx, leg.id, leg_sid)
        return True

    def settle(self) -> None:
        """Bring everything in line with who is in the room."""
        with self.context.database.transaction(self.owner.id) as tx:
            state = self._state(tx)
            is_over = has_ended(tx, state.call.id)
        callees = [leg for leg in state.people if leg.role is LegRole.CALLEE]
        if is_over or not callees:
            self._end(state, is_over=is_over)
        for leg in callees:
            # Where nobody waits in a room yet, the caller is still on the way to it, or the legs are bridged by a dial.
            if leg.leg_sid is None and state.call.conference_sid is not None and not is_over:
                self.ring(leg.ordinal)
        present = self._present(state)
        if present is None:
            return
        with self.context.database.transaction(self.owner.id) as tx:
            wishes = align_recorder(tx, self._state(tx), present)
        for wish in wishes:
            self.carry_out(wish, conference_sid=state.call.conference_sid)

    def carry_out(self, wish: Wish, *, conference_sid: str | None = None) -> None:
        """Tell the recorder; once it runs, everybody in the room is told so, or it is stopped again."""
        told = self.control.carry_out(wish)
        act = wish.event.act
        if told is Told.NOT_DONE and act in (RecorderAct.STOPPED, RecorderAct.PAUSED):
            self.control.carry_out_later(wish)
        if told is Told.DONE and act in (RecorderAct.STARTED, RecorderAct.RESUMED) and conference_sid is not None:
            self._announce(conference_sid)

    def _announce(self, conference_sid: str) -> None:
        try:
            self.context.telephony.announce(account_of(self.owner), conference_sid, url=self.urls.inside(self.call_sid))
        except PipelineError as error:
            log().warning("room.not_announced", tenant=self.owner.id, error=type(error).__name__)
            with self.context.database.transaction(self.owner.id) as tx:
                call = lock_call(tx, self.call_sid)
                stop = ask_stop(tx, call, reason=f"unannounced-{call.round}")
            self.carry_out(stop)

    def _call_to_place(self, ordinal: int) -> OutboundCall | None:
        """Take the right to ring somebody; None where it was taken, or there is nobody to ring."""
        with self.context.database.transaction(self.owner.id) as tx:
            state = self._state(tx)
            leg = callee_of(state, ordinal)
            if leg is None or leg.leg_sid is not None or has_ended(tx, state.call.id):
                return None
            if not add_message(tx, provider="earmark", event_id=f"ring:{leg.id}", body={}):
                return None
            numbers = read_numbers(tx, state.call.id, keys=self.context.keys)
        to = numbers.get(name_of(leg)) or (self.owner.secrets.forward_to if ordinal == 1 else "")
        urls, is_outbound = self.urls, state.call.direction.startswith("outbound")
        return OutboundCall(
            to=to,
            from_=numbers["from" if is_outbound else "to"],
            urls=NumberUrls(
                voice=urls.join(self.call_sid, leg=ordinal),
                fallback=urls.let_go(),
                status=urls.leg(self.call_sid, leg=ordinal),
            ),
            # A machine cannot press the key that lets it in, and the wait for a verdict would be a person's.
            detects_machines=False,
        )

    def _present(self, state: CallState) -> tuple[str, ...] | None:
        if state.call.conference_sid is None:
            return None
        try:
            return self.context.telephony.list_participants(account_of(self.owner), state.call.conference_sid)
        except NotFound:
            return None
        except PipelineError as error:
            log().warning("room.not_seen", tenant=self.owner.id, error=type(error).__name__)
            return None

    def _end(self, state: CallState, *, is_over: bool) -> None:
        """Let those go who wait for nobody: the caller whom nobody is left with, and whoever still rings."""
        telephony, account = self.context.telephony, account_of(self.owner)
        is_meeting = state.call.conference_sid is not None or choose_next(state).room is not None
        try:
            for leg in state.people:
                if is_over and leg.role is LegRole.CALLEE and leg.leg_sid is not None:
                    telephony.end_call(account, leg.leg_sid)
            if not is_over and is_meeting and not self._was_let_go(state):
                telephony.redirect_call(account, self.call_sid, url=self.urls.dial_end(self.call_sid))
                self._was_let_go(state, is_now=True)
        except PipelineError as error:
            log().warning("room.not_ended", tenant=self.owner.id, error=type(error).__name__)

    def _was_let_go(self, state: CallState, *, is_now: bool = False) -> bool:
        """Say, or note, whether the caller was told that nobody is left of those called so far."""
        count = sum(leg.role is LegRole.CALLEE for leg in state.legs)
        event_id = f"alone:{state.call.id}:{state.call.round}:{count}"
        with self.context.database.transaction(self.owner.id) as tx:
            if is_now:
                return add_message(tx, provider="earmark", event_id=event_id, body={})
            return has_message(tx, provider="earmark", event_id=event_id)

    def _state(self, tx: Transaction) -> CallState:
        lock_call(tx, self.call_sid)
        state = find_state(tx, self.call_sid, owner=self.owner, law=self.context.law)
        if state is None:
            raise NotFound("no such call")
        return state
