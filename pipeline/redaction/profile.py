"""What a tenant wants hidden, and how: entity set, thresholds, own words, styles, and how widely sound is muted.

Fails closed: what a set does not show is hidden, an unknown type is hidden whatever its score, and settings that could
only show more than a tenant can have meant are refused and never mended.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, get_args

from pipeline.model.entity import EntityType as T
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.tenant import TenantSecrets, TenantSettings
from pipeline.policies.entity_sets import ALWAYS_HIDDEN, load_entity_set
from pipeline.redaction.said_value import spoken_words

EVERYTHING: Final = frozenset(T)
type AudioStyle = Literal["silence", "beep"]
"""What is put in the place of hidden sound."""
MOST_THRESHOLD: Final = 0.9
"""The highest threshold a tenant may set: above it, what is all but certain would be shown."""
PADDING_MS: Final = (100, 3000)
MOST_WORDS: Final = 1000
_WORD_LENGTH: Final = 100


class TextStyle(StrEnum):
    """How a hidden span is shown in text."""

    LABEL = "label"
    TYPE = "type"
    MASK = "mask"
    REMOVE = "remove"
    HASH = "hash"
    ENCRYPT = "encrypt"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionProfile:
    """A tenant's redaction settings.

    `padding_ms` is added on both sides of hidden words, and muted spans closer than `merge_gap_ms` become one: a local
    recogniser's word starts are up to half a second off (measured). `hide_words` are always hidden, `keep_words`
    never, unless they were said in answer to a personal question. `thresholds` hold for single types.
    """

    entity_set: str = "default"
    entity_types: frozenset[T] = EVERYTHING
    threshold: float = 0.045
    thresholds: Mapping[T, float] = field(default_factory=dict)
    text_style: TextStyle = TextStyle.LABEL
    audio_style: AudioStyle = "silence"
    hide_words: tuple[str, ...] = field(default=(), repr=False)
    keep_words: tuple[str, ...] = field(default=(), repr=False)
    words_key: bytes = field(default=b"", repr=False)
    """With it the digest of the words cannot be found by guessing them. It is no setting itself."""
    padding_ms: int = 500
    merge_gap_ms: int = 1000

    def __post_init__(self) -> None:
        if not all(0 <= threshold <= 1 for threshold in (self.threshold, *self.thresholds.values())):
            raise InvalidInput("a threshold lies between 0 and 1")
        if self.padding_ms < 0 or self.merge_gap_ms < 0:
            raise InvalidInput("padding and gap are not negative")

    def hides(self, type: T, score: float = 1.0) -> bool:
        """Say whether an entity is hidden; one of a type nobody knows is, whatever the score it was found with."""
        if type in ALWAYS_HIDDEN:
            return True
        return type in self.entity_types and score >= self.threshold_of(type)

    def threshold_of(self, type: T) -> float:
        """Give the chance from which a word is taken for this type; of what is always hidden, the lowest there is."""
        return self.least if type in ALWAYS_HIDDEN else self.thresholds.get(type, self.threshold)

    @property
    def least(self) -> float:
        """The lowest chance at which anything is looked for: a word below it is of no type, known or unknown."""
        return min((self.threshold, *(self.thresholds.get(type, self.threshold) for type in self.entity_types)))

    @property
    def levels(self) -> tuple[float, ...]:
        """All thresholds of types that are hidden, the lowest first."""
        return tuple(sorted({self.threshold_of(type) for type in self.entity_types | ALWAYS_HIDDEN}))

    @property
    def digest(self) -> str:
        """SHA-256 over all settings: what a manifest names. The tenant's words go into it by a keyed digest."""
        settings = {
            "entity_set": self.entity_set,
            "entity_types": sorted(self.entity_types),
            "threshold": self.threshold,
            "thresholds": {type.value: threshold for type, threshold in self.thresholds.items()},
            "text_style": self.text_style.value,
            "audio_style": self.audio_style,
            "hide_words": self._digest_of(self.hide_words),
            "keep_words": self._digest_of(self.keep_words),
            "padding_ms": self.padding_ms,
            "merge_gap_ms": self.merge_gap_ms,
        }
        return hashlib.sha256(_canonical(settings)).hexdigest()

    def _digest_of(self, words: tuple[str, ...]) -> str | None:
        return hmac.new(self.words_key, _canonical(sorted(words)), hashlib.sha256).hexdigest() if words else None


DEFAULT_PROFILE: Final = RedactionProfile()


def make_profile(chosen: TenantSettings, kept: TenantSecrets, *, words_key: bytes = b"") -> RedactionProfile:
    """Make the profile of what a tenant has chosen; the entity set's own ceilings hold over its thresholds.

    Args:
        chosen: the tenant's settings.
        kept: its sealed words.
        words_key: under which the profile's digest covers the words.

    Raises:
        InvalidInput: a setting that cannot be used; no word of the lists stands in the message.
    """
    try:
        picked = load_entity_set(chosen.entity_set)
    except NotFound as error:
        raise InvalidInput(str(error)) from error
    threshold = DEFAULT_PROFILE.threshold if chosen.threshold is None else _threshold(chosen.threshold)
    own = {_type(name): _threshold(value) for name, value in chosen.thresholds.items()}
    thresholds = {
        type: min(own.get(type, threshold), picked.ceilings.get(type, 1.0)) for type in picked.ceilings.keys() | own
    }
    if kept.keep_words and not picked.keep_words.allowed:
        raise InvalidInput(f"the entity set {picked.id} takes no words to keep: {picked.keep_words.why}")
    hide, keep = checked_words(kept.hide_words), checked_words(kept.keep_words)
    if {tuple(spoken_words(word)) for word in hide} & {tuple(spoken_words(word)) for word in keep}:
        raise InvalidInput("a word is both to hide and to keep")
    return RedactionProfile(
        entity_set=picked.id,
        entity_types=frozenset(picked.hides),
        threshold=threshold,
        thresholds=dict(sorted(thresholds.items())),
        text_style=_text_style(chosen.text_style),
        audio_style=_audio_style(chosen.audio_style),
        hide_words=hide,
        keep_words=keep,
        words_key=words_key,
        padding_ms=DEFAULT_PROFILE.padding_ms if chosen.padding_ms is None else _padding(chosen.padding_ms),
    )


def checked_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """Accept a tenant's list of words: each one to be found in what people say.

    Raises:
        InvalidInput: too many, too long, or without a letter or digit; the message counts and never quotes.
    """
    if len(words) > MOST_WORDS:
        raise InvalidInput(f"a list of words has at most {MOST_WORDS}")
    for number, word in enumerate(words, start=1):
        if len(word) > _WORD_LENGTH or not any(sign.isalnum() for sign in word) or not spoken_words(word):
            raise InvalidInput(f"word {number} of a list: 1 to {_WORD_LENGTH} characters, with a letter or digit")
    return words


def _threshold(value: float) -> float:
    if not math.isfinite(value) or not 0 <= value <= MOST_THRESHOLD:
        raise InvalidInput(f"a threshold lies between 0 and {MOST_THRESHOLD}")
    return value


def _type(name: str) -> T:
    type = T.__members__.get(name)
    if type is None:
        raise InvalidInput(f"no type of that name: there are {', '.join(T)}")
    if type in ALWAYS_HIDDEN:
        raise InvalidInput(f"{name} has no threshold: it is always hidden")
    return type


def _audio_style(name: str) -> AudioStyle:
    styles: tuple[AudioStyle, ...] = get_args(AudioStyle.__value__)
    for style in styles:
        if style == name:
            return style
    raise InvalidInput(f"the audio style is one of {', '.join(styles)}")


def _text_style(name: str) -> TextStyle:
    if name not in list(TextStyle):
        raise InvalidInput(f"the text style is one of {', '.join(TextStyle)}")
    return TextStyle(name)


def _padding(value: int) -> int:
    least, most = PADDING_MS
    if not least <= value <= most:
        raise InvalidInput(f"the padding lies between {least} and {most} ms")
    return value


def _canonical(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
