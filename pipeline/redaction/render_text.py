"""Writes the redacted transcript from the manifest alone: text and word list cannot disagree, and no side field leaks.

What is written is listed here, field by field: a turn's number, party, channel and text, its words and their times.
Nothing else that a recogniser or a caller of ours attaches (alternatives, confidences, summaries, names of speakers)
has a way through. A word that a hidden span touches keeps its time and loses everything else, as it does in sound.
"""

from __future__ import annotations

import hmac
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import count, pairwise, zip_longest
from typing import Any, Final, assert_never

from presidio_anonymizer.operators import Decrypt, Encrypt, Hash, Mask

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput, Withheld
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Conversation, Turn
from pipeline.redaction.manifest import Entry, Manifest
from pipeline.redaction.placeholder import bare_encrypted, encrypted, hashed
from pipeline.redaction.profile import TextStyle
from pipeline.redaction.said_value import value_of

SCHEMA: Final = "earmark.transcript.redacted/1"
_CHECK_LENGTH: Final = 16
_LEAST_SALT: Final = 16
_PARTY: Final = re.compile(
    r"(?:caller|callee|agent|assistant|bot|customer|system|user)?|(?:channel|speaker)[- ]?\d{1,3}", re.IGNORECASE
)
"""How a party may be called. Any other label may be somebody's name."""

Styler = Callable[[Entry, str], str]


def render_text(
    conversation: Conversation, manifest: Manifest, *, style: TextStyle = TextStyle.LABEL, secret: bytes = b""
) -> dict[str, Any]:
    """Write the redacted transcript.

    Args:
        conversation: the original.
        manifest: made from this conversation.
        style: how hidden spans are shown.
        secret: the tenant's salt for `hash` (16 bytes or more) or key for `encrypt` (16, 24 or 32 bytes).

    Returns:
        A JSON-able document: turns with text and, where there were words, words with times in ms.

    Raises:
        InvalidInput: the style needs a secret, and this one will not do.
        Withheld: `span`, when the manifest is not of this conversation, or a word's place is not in its turn.
    """
    if manifest.conversation_id != conversation.id:
        raise Withheld("span")
    styler = _styler(style, secret)
    by_turn: dict[int, list[Entry]] = {}
    for entry in manifest.entries:
        by_turn.setdefault(entry.turn, []).append(entry)
    if not by_turn.keys() <= {turn.index for turn in conversation.turns}:
        raise Withheld("span")
    parties = _parties(conversation)
    return {
        "schema": SCHEMA,
        "conversation": conversation.id,
        "language": conversation.language,
        "style": style.value,
        "detector": manifest.detector_version,
        "profile": manifest.profile_digest,
        "turns": [
            {"turn": turn.index, "speaker": parties[turn.speaker], "channel": turn.channel}
            | _render_turn(turn, by_turn.get(turn.index, []), styler)
            for turn in conversation.turns
        ],
    }


def reveal(shown: str, *, secret: bytes) -> str:
    """Turn one `encrypt`ed stretch, without its brackets, back to what was said.

    Raises:
        InvalidInput: not written under this key.
    """
    try:
        opened: str = Decrypt().operate(bare_encrypted(shown), {"key": secret})
    except ValueError as error:
        raise InvalidInput("not encrypted under this key") from error
    check, said = opened[:_CHECK_LENGTH], opened[_CHECK_LENGTH:]
    if not hmac.compare_digest(check.encode(), _check(said, secret).encode()):
        raise InvalidInput("not encrypted under this key")
    return said


def _styler(style: TextStyle, secret: bytes) -> Styler:
    match style:
        case TextStyle.LABEL:
            return lambda entry, _: f"[{entry.label}]"
        case TextStyle.TYPE:
            return lambda entry, _: f"[{entry.type.value}]"
        case TextStyle.MASK:
            return lambda _, said: _mask(said)
        case TextStyle.REMOVE:
            return lambda _, __: ""
        case TextStyle.HASH:
            _need(len(secret) >= _LEAST_SALT)
            return lambda entry, said: f"[{hashed(entry.type, _digest(entry.type, said, secret))}]"
        case TextStyle.ENCRYPT:
            _need(len(secret) in (16, 24, 32))
            return lambda entry, said: f"[{encrypted(entry.type, _encrypt(said, secret))}]"
        case _:
            assert_never(style)


def _need(fits: bool) -> None:
    if not fits:
        raise InvalidInput("this text style needs the tenant's secret, of a length that it can use")


def _mask(said: str) -> str:
    masked: str = Mask().operate(said, {"masking_char": "*", "chars_to_mask": len(said), "from_end": False})
    return masked


def _digest(type: EntityType, said: str, salt: bytes) -> str:
    """Hash the value of what was said, as it is compared through a call: one value has one digest."""
    return _sha256(value_of(type, said).code or said, salt)


def _encrypt(said: str, key: bytes) -> str:
    """Encrypt with a check in front, by which another key and an altered text are told from the right ones."""
    shown: str = Encrypt().operate(_check(said, key) + said, {"key": key})
    return shown


def _check(said: str, key: bytes) -> str:
    return _sha256(said, key)[:_CHECK_LENGTH]


def _sha256(text: str, salt: bytes) -> str:
    digest: str = Hash().operate(text, {"hash_type": "sha256", "salt": salt})
    return digest


def _parties(conversation: Conversation) -> dict[str, str]:
    """Call each speaker by its party; one that is called anything else gets a number."""
    labels = dict.fromkeys(turn.speaker for turn in conversation.turns)
    known = {label: label for label in labels if _PARTY.fullmatch(label)}
    free = (name for number in count(1) if (name := f"speaker-{number}") not in known)
    return {label: known[label] if label in known else next(free) for label in labels}


def _render_turn(turn: Turn, entries: Sequence[Entry], styler: Styler) -> dict[str, Any]:
    ordered = sorted(entries, key=lambda e: e.span)
    _check_places(turn, ordered)
    spans = _whole_words(turn, ordered)
    shown = [styler(e, turn.text[span.start : span.end]) for e, span in zip(ordered, spans, strict=True)]
    parts: list[str] = []
    at = 0
    for span, instead in zip(spans, shown, strict=True):
        parts += [turn.text[at : span.start], instead]
        at = span.end
    parts.append(turn.text[at:])
    text = " ".join("".join(parts).split()) if "" in shown else "".join(parts)
    words = _render_words(turn, spans, shown) if turn.words else []
    return {"text": text} | ({"words": words} if turn.words else {})


def _check_places(turn: Turn, ordered: Sequence[Entry]) -> None:
    """Refuse places that overlap, are out of order or lie outside the text: what they hide could not be relied on."""
    for spans in ([entry.span for entry in ordered], turn.word_spans):
        if any(b.start < a.end for a, b in pairwise(spans)) or (spans and spans[-1].end > len(turn.text)):
            raise Withheld("span")


def _whole_words(turn: Turn, ordered: Sequence[Entry]) -> list[CharSpan]:
    """Widen each hidden span to the whole words it touches, up to the next; signs at a word's ends stay outside."""
    ends = [place.end for place in turn.word_spans]
    widened: list[CharSpan] = []
    for entry, following in zip_longest(ordered, ordered[1:]):
        limit = following.span.start if following else len(turn.text)
        start, end = entry.span.start, entry.span.end
        for place in turn.word_spans[bisect_left(ends, entry.span.start + 1) :]:
            if place.start >= entry.span.end:
                break
            core = _core(turn.text, place)
            start, end = min(start, core.start), max(end, core.end)
        widened.append(CharSpan(max(start, widened[-1].end if widened else 0), min(end, limit)))
    return widened


def _core(text: str, place: CharSpan) -> CharSpan:
    """Give a word without the signs at its ends; one that is nothing but signs stays whole."""
    telling = [at for at in range(place.start, place.end) if text[at].isalnum()]
    return CharSpan(telling[0], telling[-1] + 1) if telling else place


def _render_words(turn: Turn, spans: Sequence[CharSpan], shown: Sequence[str]) -> list[dict[str, Any]]:
    """List the words; those a hidden span touches become one, with its replacement and their time."""
    rendered: list[dict[str, Any]] = []
    first, told = 0, -1
    for word, place in zip(turn.words, turn.word_spans, strict=True):
        while first < len(spans) and spans[first].end <= place.start:
            first += 1
        last = first
        while last < len(spans) and spans[last].start < place.end:
            last += 1
        instead = "".join(shown[max(first, told + 1) : last])
        if first == last:
            text = turn.text[place.start : place.end]
            rendered.append({"text": text, "start_ms": word.start_ms, "end_ms": word.end_ms})
        elif first > told:
            rendered.append({"text": instead, "start_ms": word.start_ms, "end_ms": word.end_ms})
        else:
            rendered[-1]["text"] += instead
            rendered[-1]["end_ms"] = max(rendered[-1]["end_ms"], word.end_ms)
        told = max(told, last - 1)
    return [word for word in rendered if word["text"]]
