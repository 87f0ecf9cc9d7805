"""What a tenant wants hidden, and how: entity set, threshold, own words, text style, and how widely sound is muted."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Final

from pipeline.model.entity import EntityType as T
from pipeline.model.errors import InvalidInput

EVERYTHING: Final = frozenset(T)
PAYMENT: Final = frozenset({
    T.CREDIT_CARD, T.CREDIT_CARD_CVV, T.CREDIT_CARD_EXPIRY, T.ACCOUNT_NUMBER, T.IBAN_CODE, T.PIN, T.PASSWORD,
    T.TENANT_WORD, T.OTHER,
})  # fmt: skip
ENTITY_SETS: Final = {"default": EVERYTHING, "payment": PAYMENT, "health": EVERYTHING, "children": EVERYTHING}


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
    never, unless they were said in answer to a personal question.
    """

    entity_types: frozenset[T] = EVERYTHING
    threshold: float = 0.35
    text_style: TextStyle = TextStyle.LABEL
    hide_words: tuple[str, ...] = field(default=(), repr=False)
    keep_words: tuple[str, ...] = field(default=(), repr=False)
    padding_ms: int = 500
    merge_gap_ms: int = 1000

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise InvalidInput("a threshold lies between 0 and 1")
        if self.padding_ms < 0 or self.merge_gap_ms < 0:
            raise InvalidInput("padding and gap are not negative")

    def hides(self, type: T) -> bool:
        """Say whether entities of a type are hidden; a type nobody knows is."""
        return type in self.entity_types or type is T.OTHER

    @property
    def digest(self) -> str:
        """SHA-256 over all settings: what a manifest names."""
        settings = asdict(self) | {"entity_types": sorted(self.entity_types)}
        return hashlib.sha256(json.dumps(settings, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


DEFAULT_PROFILE: Final = RedactionProfile()
