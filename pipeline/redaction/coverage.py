"""Whether a transcript can be what its sound says. What nobody wrote down cannot be found, and would stay audible.

Only what is grossly wrong is seen here: channels that were not transcribed, words without times, speech without words.
The second listener looks for the rest. Nothing here reads what the words are.
Source: infra/decisions/0018-speech-without-words.md
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.model.bleed import Bleed
from pipeline.model.errors import Withheld
from pipeline.model.span import TimeSpan, invert_times, merge_times
from pipeline.model.transcript import Transcript, Word
from pipeline.redaction.audio import blocks, describe
from pipeline.redaction.media_source import Sound
from pipeline.redaction.speech_likeness import speech_seconds

# Nobody says twelve words in half a second: such times were made up. Real calls had 1.5 s at the least.
_TOO_MANY: Final = 12
_TOO_SHORT_MS: Final = 500
# A recogniser may give a word the pause after it; of a word so much counts.
_LONGEST_WORD_MS: Final = 2_000
# Word times err by half a second; speech further than this from every word has none.
_NEAR_MS: Final = 1_000
# Real calls had at most one second of speech in any gap between words, and two words or more in a second of speech.
_GAP_S: Final = 10
_FEW_S: Final = 10
_NONE_S: Final = 3
_WORDS_PER_S: Final = 0.5


def check_words(transcript: Transcript, *, channels: int, duration_ms: int) -> None:
    """Refuse a transcript of other channels than the sound has, and words whose times cannot be.

    Raises:
        Withheld: `transcript: OTHER_CHANNELS`; `word_times` where a word ends before it begins or begins outside the
            sound, or so many begin at once that their times were made up.
    """
    words = [[word for utterance in channel for word in utterance.words] for channel in transcript.channels]
    if len(words) != channels or any(word.channel != number for number, said in enumerate(words) for word in said):
        raise Withheld("transcript: OTHER_CHANNELS")
    for said in words:
        starts = sorted(word.start_ms for word in said)
        if any(not 0 <= word.start_ms < duration_ms or word.end_ms < word.start_ms for word in said) or any(
            last - first < _TOO_SHORT_MS for first, last in zip(starts, starts[_TOO_MANY - 1 :], strict=False)
        ):
            raise Withheld("word_times")


def check_coverage(sound: Sound, transcript: Transcript, *, heard_on: Sequence[Bleed] = ()) -> None:
    """Refuse a transcript that has no words, or hardly any, where a channel sounds like speech.

    Args:
        sound: the call.
        transcript: of it, after `check_words`.
        heard_on: what is said on one channel and heard on another needs no words there.

    Raises:
        InvalidInput: the sound cannot be decoded.
        Withheld: `transcript: NO_WORDS` where somebody speaks and nothing at all was written, otherwise
            `transcript: LOW_SPEECH_COVERAGE`.
    """
    facts = describe(sound)
    said = [[_heard(word) for utterance in channel for word in utterance.words] for channel in transcript.channels]
    for channel, own in enumerate(said):
        echoes = [b.cover(time) for b in heard_on if b.on == channel for time in said[b.channel]]
        is_speech = speech_seconds(blocks(sound), sample_rate=facts.sample_rate, channel=channel)
        gaps = list(_gaps([*own, *echoes], is_speech))
        without_words = sum(gaps)
        if not any(said) and without_words >= _NONE_S:
            raise Withheld("transcript: NO_WORDS")
        has_few = without_words >= _FEW_S and len(own) < _WORDS_PER_S * without_words
        if has_few or any(gap >= _GAP_S for gap in gaps):
            raise Withheld("transcript: LOW_SPEECH_COVERAGE")


def _heard(word: Word) -> TimeSpan:
    time = word.time
    return TimeSpan(time.start_ms, min(time.end_ms, time.start_ms + _LONGEST_WORD_MS))


def _gaps(words: Sequence[TimeSpan], is_speech: NDArray[np.bool_]) -> Iterator[int]:
    """Give, for each stretch without a word nearby, how many of its whole seconds sound like speech."""
    near = merge_times(TimeSpan(max(0, word.start_ms - _NEAR_MS), word.end_ms + _NEAR_MS) for word in words)
    for gap in invert_times(near, total_ms=len(is_speech) * 1000):
        yield int(np.count_nonzero(is_speech[-(-gap.start_ms // 1000) : gap.end_ms // 1000]))
