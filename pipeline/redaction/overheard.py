"""Personal data that is still heard in redacted audio although nobody hid it: the transcriber misheard or missed it.

The detector reads what the second recogniser heard, in its place among what is hidden and what was not heard again, so
that questions still have their answers. A recogniser makes names out of noise and of mumbling: what counts is a run of
signs, or a name that more speaks for than one strange word. Works in memory; the words never leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.span import CharSpan, TimeSpan
from pipeline.model.transcript import Conversation, Transcript, Turn, Utterance, Word, to_conversation
from pipeline.redaction.manifest import Manifest, touched_words
from pipeline.redaction.media_heard import name_tokens
from pipeline.redaction.media_signs import count_signs
from pipeline.redaction.recognizers.number_shapes import NUMBER_TYPES
from pipeline.redaction.vocabulary import Vocabulary, load_vocabulary

type Detect = Callable[[Conversation], Sequence[Entity]]

EVIDENCE: Final = "SecondRecogniser"
"""Names, in a manifest, what the transcriber had missed."""
# What the detector is sure of. Below it lies what it hides because hiding costs little; here a recogniser may err too.
_SURE: Final = 0.6
_LIKELY: Final = 0.3
APART_MS: Final = 500
"""Two recognisers place one word up to so far apart."""
# So deep inside a muted span nothing is left to hear: what is made out there is made out of nothing.
_DEEP_MS: Final = 300
_SIGNS: Final = 3
_LONG: Final = 7
"""So many digits in a row are somebody's number, however little the talk around it says so."""
_NAMES: Final = 2
_TOLD: Final = frozenset({"Introductions", "HomePlaces", "StreetAddresses", "MailAndSites"})
"""Recognisers that go by what is said around a name, not by the name alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard:
    """Something personal that is heard: what, where, and what the transcript says there and does not hide.

    `text` is as it was heard, and never leaves memory.
    """

    kind: EntityType
    text: str = field(repr=False)
    channel: int
    time: TimeSpan
    entities: tuple[Entity, ...]


def find_overheard(
    heard: Sequence[Word],
    stretches: Sequence[TimeSpan],
    *,
    conversation: Conversation,
    manifest: Manifest,
    detect: Detect,
) -> tuple[Overheard, ...]:
    """Say what personal data is heard that is not hidden, in order of time.

    Args:
        heard: the words of all channels, at their time in the call.
        stretches: what of the call was heard.
        conversation: the transcript that was redacted.
        manifest: what is hidden of it.
        detect: finds personal data in a conversation.
    """
    own = {id(word) for word in heard}
    told = _blend(heard, stretches, conversation, manifest)
    found: list[Overheard] = []
    for entity in detect(told):
        turn = told.turns[entity.turn]
        words = [w for w in touched_words(turn, entity.span) if id(w) in own and not _is_in_silence(w, manifest)]
        telling = _telling(words, entity)
        if telling:
            time = TimeSpan(telling[0].start_ms, max(word.time.end_ms for word in telling))
            found.append(
                Overheard(
                    kind=entity.type,
                    text=" ".join(word.text for word in telling),
                    channel=turn.channel,
                    time=time,
                    entities=written_at(
                        conversation,
                        manifest,
                        turn.channel,
                        time,
                        kind=entity.type,
                        score=entity.score,
                        evidence=_heard_again(entity),
                    ),
                )
            )
    return tuple(sorted(found, key=lambda place: (place.time, place.channel)))


def written_at(
    conversation: Conversation,
    manifest: Manifest,
    channel: int,
    time: TimeSpan,
    *,
    kind: EntityType,
    score: float,
    evidence: tuple[Evidence, ...],
) -> tuple[Entity, ...]:
    """Give what the transcript says at a time on a channel and does not hide, as entities."""
    return tuple(
        Entity(turn=turn.index, span=span, type=kind, score=score, evidence=evidence)
        for turn in conversation.turns
        if turn.channel == channel
        for span in _open_runs(turn, _about(time), manifest)
    )


def is_let_stand(heard: Sequence[Word], conversation: Conversation, manifest: Manifest) -> bool:
    """Say whether what was heard is nothing but words that the transcript has there too and does not hide.

    The detector saw them, and let them stand. Digits are never let stand.
    """
    digits, _ = count_signs([word.text for word in heard])
    names = {token for word in heard for token in name_tokens(word.text)}
    open_words = {
        token
        for word in heard
        for turn in conversation.turns
        if turn.channel == word.channel
        for span in _open_runs(turn, _about(word.time), manifest)
        for token in name_tokens(turn.text[span.start : span.end])
    }
    return digits < _SIGNS and bool(names) and names <= open_words


def is_heard_again(evidence: Sequence[Evidence]) -> bool:
    """Say whether something was hidden because the second recogniser heard it."""
    return any(e.recognizer == EVIDENCE for e in evidence)


def _heard_again(entity: Entity) -> tuple[Evidence, ...]:
    """Say that a second recogniser heard it, and which recogniser of ours found it in that."""
    return tuple(
        Evidence(recognizer=EVIDENCE, view="heard again", pattern=name)
        for name in dict.fromkeys(e.recognizer for e in entity.evidence)
    )


def _open_runs(turn: Turn, near: TimeSpan, manifest: Manifest) -> Iterator[CharSpan]:
    """Give the runs of a turn's words that lie in a time and are not hidden."""
    hidden = [entry.span for entry in manifest.entries if entry.turn == turn.index]
    run: CharSpan | None = None
    for word, place in zip(turn.words, turn.word_spans, strict=True):
        if word.time.touches(near) and not any(span.touches(place) for span in hidden):
            run = CharSpan(run.start if run else place.start, place.end)
        elif run:
            yield run
            run = None
    if run:
        yield run


def _about(time: TimeSpan) -> TimeSpan:
    return TimeSpan(max(0, time.start_ms - APART_MS), time.end_ms + APART_MS)


def _blend(
    heard: Sequence[Word], stretches: Sequence[TimeSpan], conversation: Conversation, manifest: Manifest
) -> Conversation:
    """Put what was heard where the transcript's own words were, but for those that are hidden."""
    hidden = [(entry.turn, entry.span) for entry in manifest.entries]
    words = list(heard)
    for turn in conversation.turns:
        kept = {id(w) for at, span in hidden if at == turn.index for w in touched_words(turn, span)}
        words += [w for w in turn.words if id(w) in kept or not any(s.touches(w.time) for s in stretches)]
    speakers = {turn.channel: turn.speaker for turn in conversation.turns}
    channels = 1 + max([*speakers, *(word.channel for word in words)], default=-1)
    said = Transcript(
        engine="blend",
        model="",
        language=conversation.language,
        duration_ms=manifest.duration_ms,
        channels=tuple(tuple(_utterances(words, channel)) for channel in range(channels)),
    )
    return to_conversation(
        conversation.id, said, speakers=tuple(speakers.get(n, f"channel-{n}") for n in range(channels))
    )


def _utterances(words: Sequence[Word], channel: int) -> Iterator[Utterance]:
    own = sorted((w for w in words if w.channel == channel), key=lambda w: (w.start_ms, w.end_ms))
    if own:
        yield Utterance(channel=channel, words=tuple(own))


def _is_in_silence(word: Word, manifest: Manifest) -> bool:
    spans = manifest.muted[word.channel] if word.channel < manifest.channels else ()
    return any(s.start_ms + _DEEP_MS <= word.start_ms and word.end_ms <= s.end_ms - _DEEP_MS for s in spans)


def _telling(words: Sequence[Word], entity: Entity) -> list[Word]:
    """Give the heard words of an entity that give somebody away; none where only ordinary words were heard of it."""
    # What is known from elsewhere in the call is hidden there, and is listened for by itself.
    if not words or all(e.learned_from_turn is not None for e in entity.evidence):
        return []
    digits, signs = count_signs([word.text for word in words])
    if digits >= _LONG or ((digits >= _SIGNS or signs > _SIGNS) and entity.score >= _LIKELY):
        return list(words)
    names = [word for word in words if any(_may_name(token) for token in name_tokens(word.text))]
    if entity.type in NUMBER_TYPES or entity.score < _SURE or not names:
        return []
    is_told = any(e.question_turn is not None or e.recognizer in _TOLD for e in entity.evidence)
    # One word is nobody's address, whatever was asked.
    is_told = is_told and (entity.type is not EntityType.STREET_ADDRESS or len(words) > 1)
    is_enough = is_told or len(names) >= _NAMES or any(_is_listed(word) for word in names)
    return names if is_enough else []


def _may_name(token: str) -> bool:
    return not _vocabulary().is_talk(token) and token not in _vocabulary().not_personal


def _is_listed(word: Word) -> bool:
    vocabulary = _vocabulary()
    return any(vocabulary.is_name(t) or t in vocabulary.place_starts for t in name_tokens(word.text))


@cache
def _vocabulary() -> Vocabulary:
    return load_vocabulary()
