"""Where the people of a call meet: bridged leg to leg, or in a room that more of them may join and be spoken to in.

Two bridged legs can be spoken to only before they are bridged. So where the law wants a line inside the recording that
everybody hears (R), the two meet in a room, as those always do whose tenant has chosen one.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.intake.call_state import CallState
from pipeline.model.tenant import Topology
from pipeline.policies.jurisdictions import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room of one round of asking: whoever comes back after a transfer meets in another."""

    name: str
    """Known to the vendor, so it holds our id of the call and nothing of a person."""
    number: int


def room_of(state: CallState, *, is_recorded: bool) -> Room | None:
    """Choose the room; None where the legs are bridged.

    Args:
        state: the call.
        is_recorded: whether it is to be recorded once everybody agreed.
    """
    if state.owner.settings.topology is not Topology.CONFERENCE and not (is_recorded and Token.INSIDE in state.tokens):
        return None
    return Room(name=f"room-{state.call.id}-{state.call.round}", number=state.call.round)
