"""Which channel is the system's: the one on which our own notice is heard. Never assumed.

The in-recording notice is spoken by the vendor's voice, so the channel whose transcript contains it is what the
caller's leg hears, and not the caller. The same search proves that the notice lies inside the recording. What a tenant
says of its channels counts only where no notice is heard, and never against what is heard.
Source: infra/decisions/0008-calibrate-channels-by-the-notice.md
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.model.transcript import Transcript, Word

NOTICE_BY_MS: Final = 10_000
"""The notice belongs to the beginning of the recording: one that comes later was not heard by whom it is for."""

_SHARE: Final = 0.6
"""How much of the notice's words must be heard, in order, within a window of twice their number."""
_WORD: Final = re.compile(r"[^\W_]+")
_PARTIES: Final = frozenset({"caller", "callee", "agent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerMap:
    """Who is on each channel; `is_known` only where that was heard, or said by the tenant and not contradicted."""

    speakers: tuple[str, ...]
    is_known: bool
    notice_at_ms: int | None

    @property
    def is_notice_inside(self) -> bool:
        """Say whether the notice was heard where it must be."""
        return self.notice_at_ms is not None and self.notice_at_ms <= NOTICE_BY_MS


def map_speakers(
    transcript: Transcript, notices: Sequence[str], *, other_side: str | None = "agent", configured: str = ""
) -> SpeakerMap:
    """Find the channel on which one of the notices is heard.

    Args:
        transcript: all channels.
        notices: the texts that may have been spoken inside the recording.
        other_side: the one party that the caller's leg hears; None where there are several, or nobody knows.
        configured: the parties by channel as the tenant says, such as `caller,agent`; empty for nothing said.
    """
    channels = range(len(transcript.channels))
    found = [(number, _heard_at(_words(transcript, number), notices)) for number in channels]
    with_notice = [(number, at) for number, at in found if at is not None]
    first_at = min((at for _, at in with_notice), default=None)
    unknown = SpeakerMap(speakers=tuple(f"channel-{n}" for n in channels), is_known=False, notice_at_ms=first_at)
    said = _said(configured)
    if len(transcript.channels) != 2 or len(with_notice) > 1:
        return unknown
    if not with_notice:
        return SpeakerMap(speakers=said, is_known=True, notice_at_ms=None) if said else unknown
    system, at = with_notice[0]
    speakers = tuple((other_side or "") if number == system else "caller" for number in channels)
    if other_side is None or (said and said.index("caller") == system):
        return unknown
    return SpeakerMap(speakers=speakers, is_known=True, notice_at_ms=at)


def _said(configured: str) -> tuple[str, ...]:
    """Read the tenant's word; empty for anything but the caller and one other party, each on a channel of its own."""
    parties = tuple(part.strip() for part in configured.split(","))
    is_plain = len(parties) == len(set(parties)) == 2 and set(parties) <= _PARTIES and "caller" in parties
    return parties if is_plain else ()


def _words(transcript: Transcript, channel: int) -> list[Word]:
    words = [word for utterance in transcript.channels[channel] for word in utterance.words]
    return sorted(words, key=lambda word: word.start_ms)


def _heard_at(words: Sequence[Word], notices: Sequence[str]) -> int | None:
    """Give when one of the notices is first heard; the words of a notice that stand alone do not count."""
    heard = [(token, word.start_ms) for word in words for token in _tokens(word.text)]
    return min((at for notice in notices for at in _places(heard, _tokens(notice))), default=None)


def _places(heard: Sequence[tuple[str, int]], wanted: Sequence[str]) -> Iterator[int]:
    """Give the first place where a word of the notice is followed by enough of those that come after it."""
    for start, (token, at) in enumerate(heard):
        if token in wanted:
            window = [other for other, _ in heard[start + 1 : start + 2 * len(wanted)]]
            if 1 + _in_order(wanted[wanted.index(token) + 1 :], window) >= _SHARE * len(wanted):
                yield at
                return


def _tokens(text: str) -> list[str]:
    """Give the words as they are compared: a recogniser may leave out accents and capital letters."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))


def _in_order(wanted: Sequence[str], window: Sequence[str]) -> int:
    """Count the longest common subsequence: how many of the words are heard in their order."""
    row = [0] * (len(window) + 1)
    for token in wanted:
        previous = 0
        for at, other in enumerate(window, start=1):
            previous, row[at] = row[at], previous + 1 if token == other else max(row[at], row[at - 1])
    return row[-1]
