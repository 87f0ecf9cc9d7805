"""Which words belong to which moment of a call: by who called whom, by what is asked for, and by how one may answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.intake.call_state import CallState
from pipeline.model.call import LegRole
from pipeline.model.consent import Method
from pipeline.model.tenant import Topology
from pipeline.policies.scripts import ScriptId

_ANNOUNCEMENTS: Final[Mapping[tuple[bool, bool], ScriptId]] = {
    (True, False): ScriptId.ANNOUNCE,
    (True, True): ScriptId.ANNOUNCE_OUTBOUND,
    (False, False): ScriptId.ANNOUNCE_TRANSCRIPT,
    (False, True): ScriptId.ANNOUNCE_OUTBOUND_TRANSCRIPT,
}
"""By whether a recorder is asked for, and whether we call."""
_QUESTIONS: Final[Mapping[tuple[bool, bool], tuple[ScriptId, ScriptId]]] = {
    (True, False): (ScriptId.ASK_RECORD, ScriptId.ASK_RECORD_AGAIN),
    (True, True): (ScriptId.ASK_RECORD_SPEECH, ScriptId.ASK_RECORD_SPEECH_AGAIN),
    (False, False): (ScriptId.ASK_TRANSCRIPT, ScriptId.ASK_TRANSCRIPT_AGAIN),
    (False, True): (ScriptId.ASK_TRANSCRIPT_SPEECH, ScriptId.ASK_TRANSCRIPT_SPEECH_AGAIN),
}
"""By whether a recorder is asked for, and whether a spoken answer is taken: the first time, and again."""
_NOTICES: Final[Mapping[tuple[bool, bool], ScriptId]] = {
    (True, False): ScriptId.INSIDE_NOTICE,
    (True, True): ScriptId.INSIDE_NOTICE_EXPLICIT,
    (False, False): ScriptId.TRANSCRIPT_NOTICE,
    (False, True): ScriptId.TRANSCRIPT_NOTICE_EXPLICIT,
}
"""By whether a recorder is asked for, and whether the caller said yes or stayed."""


def announcement(state: CallState) -> ScriptId:
    """Choose the opening of a call on which staying is agreeing."""
    is_outbound = state.call.direction.startswith("outbound")
    if _is_voicemail(state) and not is_outbound:
        return ScriptId.VOICEMAIL_ANNOUNCE
    return _ANNOUNCEMENTS[state.is_recording_asked, is_outbound]


def question(state: CallState, attempt: int = 1) -> ScriptId:
    """Choose the first question, or its slower repetition."""
    if _is_voicemail(state) and attempt == 1:
        return ScriptId.VOICEMAIL_ASK
    first, again = _QUESTIONS[state.is_recording_asked, state.accepts_speech]
    return first if attempt == 1 else again


def notice(state: CallState) -> ScriptId:
    """Choose the line that is said inside what is kept, which says how the caller agreed."""
    is_explicit = state.method(LegRole.CALLER) is not Method.IMPLIED
    return _NOTICES[state.is_recording_asked, is_explicit]


def _is_voicemail(state: CallState) -> bool:
    return state.owner.settings.topology is Topology.VOICEMAIL
