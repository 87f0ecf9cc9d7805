"""The addresses that we give to Twilio while a call runs, by what they are for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.model.addresses import Again, address
from pipeline.model.ids import TenantId


class Gate(StrEnum):
    """Which question an answer belongs to."""

    ANNOUNCED = "announced"
    RECORD = "record"
    TRAINING = "training"
    MESSAGE = "message"
    """The caller's message is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """Where one tenant's calls go on."""

    public_base: str
    tenant: TenantId

    def consent(self, gate: Gate, attempt: int = 1, *, mark: str = "") -> str:
        """Where a caller's answer goes, or that the announcement was heard; with a mark of the words played."""
        return self._of("consent", Again.DOCUMENT, attempt=str(attempt), step=gate.value, **_marked(mark))

    def whisper(self, call_sid: str, attempt: int = 0, *, leg: int = 1, mark: str = "") -> str:
        """What the callee is told; with an attempt, where the callee's answer goes."""
        return self._of("whisper", Again.DOCUMENT, call=call_sid, **_which(leg), **_answered(attempt), **_marked(mark))

    def join(self, call_sid: str, attempt: int = 0, *, leg: int = 1, mark: str = "") -> str:
        """What somebody is told who is called to join a room; with an attempt, where their answer goes."""
        return self._of("join", Again.DOCUMENT, call=call_sid, leg=str(leg), **_answered(attempt), **_marked(mark))

    def let_go(self) -> str:
        """Where a leg goes on whose document could not be had: it is ended."""
        return self._of("let-go", Again.DOCUMENT)

    def inside(self, call_sid: str) -> str:
        """What everybody in a room hears once the recorder runs."""
        return self._of("inside", Again.DOCUMENT, call=call_sid)

    def conference(self, call_sid: str, number: int) -> str:
        """Where news of a room goes, which belongs to a round of asking."""
        return self._of("conference", Again.NEWS, call=call_sid, round=str(number))

    def transfer(
        self, call_sid: str, number: int, gate: Gate | None = None, attempt: int = 1, *, mark: str = ""
    ) -> str:
        """What a caller is told who is put through to somebody else; with a gate, where their answer goes.

        It belongs to a round of asking: an answer that comes again later answers nothing in the next.
        """
        answered = {"attempt": str(attempt), "step": gate.value} if gate else {}
        return self._of("transfer", Again.DOCUMENT, call=call_sid, round=str(number), **answered, **_marked(mark))

    def machine(self) -> str:
        """Where it is told afterwards whether a machine picked up."""
        return self._of("machine", Again.NEWS)

    def voice(self) -> str:
        """Where a call begins."""
        return self._of("voice", Again.DOCUMENT)

    def fallback(self) -> str:
        """Where a call goes on whose document could not be had."""
        return self._of("fallback", Again.DOCUMENT)

    def status(self) -> str:
        """Where news of a call goes."""
        return self._of("status", Again.NEWS)

    def dial_end(self, call_sid: str) -> str:
        """Where the caller's leg goes on when the other leg is over."""
        return self._of("dial-end", Again.DOCUMENT, call=call_sid)

    def leg(self, call_sid: str, *, leg: int = 1) -> str:
        """Where the other leg's status goes."""
        return self._of("leg", Again.NEWS, call=call_sid, **_which(leg))

    def recording(self) -> str:
        """Where news of recordings goes."""
        return self._of("recording", Again.NEWS)

    def _of(self, route: str, again: Again, **query: str) -> str:
        return address(self.public_base, self.tenant, route, again, query)


def _which(leg: int) -> dict[str, str]:
    """Name a leg; the first callee needs no name."""
    return {} if leg == 1 else {"leg": str(leg)}


def _answered(attempt: int) -> dict[str, str]:
    return {"attempt": str(attempt)} if attempt else {}


def _marked(mark: str) -> dict[str, str]:
    """Have a short digest of the words that are played come back with the answer to them."""
    return {"mark": mark} if mark else {}
