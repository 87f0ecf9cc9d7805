"""The file of one locale's announcements: every script the calls need, each with its version, none without a source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, model_validator


class ScriptId(StrEnum):
    """What is said when."""

    ANNOUNCE = "announce"
    """Opening of an answered call where going on is agreeing: AI, recording, purposes, the way to refuse."""
    ANNOUNCE_OUTBOUND = "announce_outbound"
    ASK_RECORD = "ask_record"
    """The recording question: 1 agrees, 2 goes on without recording, silence is no."""
    ASK_RECORD_AGAIN = "ask_record_again"
    ASK_TRAINING = "ask_training"
    """Its own question, after the answer on recording; the default is no."""
    INSIDE_NOTICE = "inside_notice"
    """First words inside the recording after an announcement."""
    INSIDE_NOTICE_EXPLICIT = "inside_notice_explicit"
    """First words inside the recording after an explicit yes."""
    UNRECORDED = "unrecorded"
    WITHDRAWN = "withdrawn"
    TRANSFER_NOTICE = "transfer_notice"
    CALLEE_ASK = "callee_ask"
    """Whispered to the person a call is put through to."""
    DECLINED_TRANSFER = "declined_transfer"
    GOODBYE_DECLINED = "goodbye_declined"
    GOODBYE_FALLBACK = "goodbye_fallback"
    ASK_RECORD_SPEECH = "ask_record_speech"
    """The recording question where a spoken answer is taken beside a key."""
    ASK_RECORD_SPEECH_AGAIN = "ask_record_speech_again"
    ANNOUNCE_TRANSCRIPT = "announce_transcript"
    """Openings, questions and notices of a call that is transcribed as it goes on, and never recorded."""
    ANNOUNCE_OUTBOUND_TRANSCRIPT = "announce_outbound_transcript"
    ASK_TRANSCRIPT = "ask_transcript"
    ASK_TRANSCRIPT_AGAIN = "ask_transcript_again"
    ASK_TRANSCRIPT_SPEECH = "ask_transcript_speech"
    ASK_TRANSCRIPT_SPEECH_AGAIN = "ask_transcript_speech_again"
    TRANSCRIPT_NOTICE = "transcript_notice"
    TRANSCRIPT_NOTICE_EXPLICIT = "transcript_notice_explicit"
    VOICEMAIL_ANNOUNCE = "voicemail_announce"
    """Opening where nobody answers and a message may be left."""
    VOICEMAIL_ASK = "voicemail_ask"
    VOICEMAIL_LEAVE = "voicemail_leave"
    """After the notice inside: speak now, and 2 stops the recording."""
    VOICEMAIL_UNRECORDED = "voicemail_unrecorded"
    VOICEMAIL_DONE = "voicemail_done"


class ScriptText(BaseModel):
    """One wording. `{tenant_name}` is the only place holder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[StrictStr, Field(pattern=r"^\d+$")]
    text: StrictStr = Field(min_length=10, max_length=4096)
    pace: Literal["normal", "slow"] = "normal"


class Answers(BaseModel):
    """What a spoken answer must be, whole: our phrases for yes and for no, none of them both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agree: tuple[StrictStr, ...] = Field(min_length=1)
    refuse: tuple[StrictStr, ...] = Field(min_length=1)


class ScriptFile(BaseModel):
    """All wordings of a locale."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    locale: Annotated[StrictStr, Field(pattern=r"^[a-z]{2}-[A-Z]{2}$")]
    language: StrictStr
    checked_on: date
    reviewed_by_counsel: StrictBool
    source: StrictStr = Field(min_length=10)
    phrases: Mapping[StrictStr, tuple[StrictStr, ...]] = Field(default_factory=dict)
    answers: Answers
    scripts: Mapping[ScriptId, ScriptText]

    @model_validator(mode="after")
    def _is_complete(self) -> ScriptFile:
        missing = sorted(set(ScriptId) - set(self.scripts))
        if missing:
            raise ValueError(f"{self.locale}: no wording for {', '.join(missing)}")
        return self
