"""Which channel is the system's: the one on which our own notice is heard. Never assumed.

The in-recording notice is spoken by the vendor's voice, so the channel whose transcript contains it is not a person's.
The same search proves that the notice lies inside the recording.
Source: infra/decisions/0008-calibrate-channels-by-the-notice.md
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.model.transcript import Transcript, Word

_SHARE: Final = 0.6
"""How much of the notice's words must be heard, in order, within a window of twice their number."""
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerMap:
    """Who is on each channel; `is_known` only when the notice was heard on exactly one."""

    speakers: tuple[str, ...]
    is_known: bool
    notice_at_ms: int | None


def map_speakers(transcript: Transcript, notices: Sequence[str]) -> SpeakerMap:
    """Find the channel on which one of the notices is heard.

    Args:
        transcript: all channels.
        notices: the texts that may have been spoken inside the recording.
    """
    found = [(number, _heard_at(_words(transcript, number), notices)) for number in range(len(transcript.channels))]
    with_notice = [(number, at) for number, at in found if at is not None]
    if len(with_notice) != 1 or len(transcript.channels) != 2:
        at = min((at for _, at in with_notice), default=None)
        return SpeakerMap(speakers=tuple(f"channel-{n}" for n, _ in found), is_known=False, notice_at_ms=at)
    system, at = with_notice[0]
    speakers = tuple("agent" if number == system else "caller" for number, _ in found)
    return SpeakerMap(speakers=speakers, is_known=True, notice_at_ms=at)


def _words(transcript: Transcript, channel: int) -> list[Word]:
    return [word for utterance in transcript.channels[channel] for word in utterance.words]


def _heard_at(words: Sequence[Word], notices: Sequence[str]) -> int | None:
    heard = [(token, word.start_ms) for word in words for token in _WORD.findall(word.text.lower())]
    for notice in notices:
        wanted = _WORD.findall(notice.lower())
        if not wanted:
            continue
        for start in range(len(heard)):
            window = [token for token, _ in heard[start : start + 2 * len(wanted)]]
            if heard[start][0] in wanted and _in_order(wanted, window) >= _SHARE * len(wanted):
                return heard[start][1]
    return None


def _in_order(wanted: Sequence[str], window: Sequence[str]) -> int:
    """Count the longest common subsequence: how many of the words are heard in their order."""
    row = [0] * (len(window) + 1)
    for token in wanted:
        previous = 0
        for at, other in enumerate(window, start=1):
            previous, row[at] = row[at], previous + 1 if token == other else max(row[at], row[at - 1])
    return row[-1]
