"""A person says that a child is on a call, or that there is none after all.

What is noted counts from the next decision on, which the caller starts: quarantine, no training ever, purge within
the policy's hours. Clearing gives a recording its life back, but never makes it material for training.
"""

from __future__ import annotations

from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.tenant_notice import NoticeKind
from pipeline.store.audit import add_event
from pipeline.store.calls import list_flags
from pipeline.store.child_signals import CLEARED, add_child_signal, list_child_signals
from pipeline.store.recalls import recall_of
from pipeline.store.recordings import get_recording, read_facts
from pipeline.store.session import Transaction
from pipeline.store.tenant_notices import add_notice

_OLDEST: Final = 20
_SIGN: Final = "tenant_flag"


def note_child(tx: Transaction, recording: RecordingId, *, age: int | None, actor: str) -> None:
    """Note that a child is heard on a recording; the tenant is told, whoever of its people noted it.

    Raises:
        NotFound: no such recording.
        InvalidInput: an age at which nobody is a child anywhere.
    """
    if age is not None and not 0 <= age <= _OLDEST:
        raise InvalidInput(f"an age from 0 to {_OLDEST}, or none, is expected")
    get_recording(tx, recording)
    add_child_signal(tx, ("recording", recording), sign=_SIGN, age=age, on=tx.now.date(), actor=actor)
    add_event(tx, AuditTag.CHILD_NOTED, actor=actor, target=recording, facts={"sign": _SIGN})
    add_notice(tx, NoticeKind.CHILD, subject=("recording", recording), cause=_SIGN)
    recall_of(tx, recording, RecallCause.CHILD, actor=actor)


def clear_child(tx: Transaction, recording: RecordingId, *, reason: str, actor: str) -> None:
    """Note that a person looked at every sign so far and found no child.

    Raises:
        NotFound: no such recording, or no sign to clear.
        InvalidInput: no reason.
    """
    if not reason.strip():
        raise InvalidInput("clearing a sign of a child needs a reason")
    found = get_recording(tx, recording)
    is_noted = bool(list_child_signals(tx, recording=recording, call=found.call))
    is_told = found.call is not None and bool(list_flags(tx, found.call))
    if not is_noted and not is_told and read_facts(tx, recording).get("stated_age") is None:
        raise NotFound("no sign of a child was noted for this recording")
    add_child_signal(tx, ("recording", recording), sign=CLEARED, age=None, on=tx.now.date(), actor=actor)
    add_event(tx, AuditTag.CHILD_CLEARED, actor=actor, target=recording, facts={"why": reason})
