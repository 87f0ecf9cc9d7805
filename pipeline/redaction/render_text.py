"""Writes the redacted transcript from the manifest alone: text and word list cannot disagree, and no side field leaks.

A hidden word keeps its time and loses everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, assert_never

from presidio_anonymizer.operators import Decrypt, Encrypt, Hash, Mask

from pipeline.model.errors import InvalidInput, Withheld
from pipeline.model.transcript import Conversation, Turn
from pipeline.redaction.manifest import Entry, Manifest
from pipeline.redaction.profile import TextStyle

SCHEMA: Final = "earmark.transcript.redacted/1"
_HASH_LENGTH: Final = 16

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
        Withheld: `span`, when the manifest is not of this conversation.
    """
    if manifest.conversation_id != conversation.id:
        raise Withheld("span")
    styler = _styler(style, secret)
    by_turn: dict[int, list[Entry]] = {}
    for entry in manifest.entries:
        by_turn.setdefault(entry.turn, []).append(entry)
    if not by_turn.keys() <= {turn.index for turn in conversation.turns}:
        raise Withheld("span")
    return {
        "schema": SCHEMA,
        "conversation": conversation.id,
        "language": conversation.language,
        "style": style.value,
        "detector": manifest.detector_version,
        "profile": manifest.profile_digest,
        "turns": [_render_turn(turn, by_turn.get(turn.index, []), styler) for turn in conversation.turns],
    }


def reveal(shown: str, *, secret: bytes) -> str:
    """Turn one `encrypt`ed stretch, without its brackets, back to what was said.

    Raises:
        InvalidInput: not written under this key.
    """
    try:
        said: str = Decrypt().operate(shown.rpartition(":")[2], {"key": secret})
    except ValueError as error:
        raise InvalidInput("not encrypted under this key") from error
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
            _need(len(secret) >= _HASH_LENGTH)
            return lambda entry, said: f"[{entry.type.value}:{_digest(said, secret)}]"
        case TextStyle.ENCRYPT:
            _need(len(secret) in (16, 24, 32))
            return lambda entry, said: f"[{entry.type.value}:{Encrypt().operate(said, {'key': secret})}]"
        case _:
            assert_never(style)


def _need(fits: bool) -> None:
    if not fits:
        raise InvalidInput("this text style needs the tenant's secret, of a length that it can use")


def _mask(said: str) -> str:
    masked: str = Mask().operate(said, {"masking_char": "*", "chars_to_mask": len(said), "from_end": False})
    return masked


def _digest(said: str, salt: bytes) -> str:
    """Hash without regard to case and spacing, so that one name has one digest."""
    digest: str = Hash().operate(" ".join(said.lower().split()), {"hash_type": "sha256", "salt": salt})
    return digest[:_HASH_LENGTH]


def _render_turn(turn: Turn, entries: Sequence[Entry], styler: Styler) -> dict[str, Any]:
    ordered = sorted(entries, key=lambda e: e.span)
    if any(b.span.start < a.span.end for a, b in pairwise(ordered)):
        raise Withheld("span")
    if ordered and ordered[-1].span.end > len(turn.text):
        raise Withheld("span")
    shown = {entry.span: styler(entry, turn.text[entry.span.start : entry.span.end]) for entry in ordered}
    parts: list[str] = []
    at = 0
    for entry in ordered:
        parts += [turn.text[at : entry.span.start], shown[entry.span]]
        at = entry.span.end
    parts.append(turn.text[at:])
    text = " ".join("".join(parts).split()) if "" in shown.values() else "".join(parts)
    rendered: dict[str, Any] = {"turn": turn.index, "speaker": turn.speaker, "channel": turn.channel, "text": text}
    if turn.words:
        rendered["words"] = _render_words(turn, ordered, shown)
    return rendered


def _render_words(turn: Turn, entries: Sequence[Entry], shown: Mapping[Any, str]) -> list[dict[str, Any]]:
    """List the words; those an entity touches become one, with its replacement and their time."""
    rendered: list[dict[str, Any]] = []
    at = 0
    current: Entry | None = None
    for word, place in zip(turn.words, turn.word_spans, strict=True):
        while at < len(entries) and entries[at].span.end <= place.start:
            at += 1
        entry = entries[at] if at < len(entries) and entries[at].span.touches(place) else None
        if entry is None:
            rendered.append({"text": word.text, "start_ms": word.start_ms, "end_ms": word.end_ms})
        elif entry is current:
            rendered[-1]["end_ms"] = max(rendered[-1]["end_ms"], word.end_ms)
        else:
            rendered.append({"text": shown[entry.span], "start_ms": word.start_ms, "end_ms": word.end_ms})
        current = entry
    return [word for word in rendered if word["text"]]
