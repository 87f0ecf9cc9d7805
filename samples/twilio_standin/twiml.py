"""TwiML as Twilio reads it: elements, attributes, nesting; what it does not know is an error, not a guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

VERBS: Final = frozenset(
    {"Say", "Play", "Pause", "Gather", "Start", "Stop", "Dial", "Connect", "Record", "Redirect", "Hangup", "Reject"}
    | {"Echo", "Leave"}
)
_NOUNS: Final = {
    "Gather": frozenset({"Say", "Play", "Pause"}),
    "Start": frozenset({"Recording", "Stream", "Transcription", "Siprec"}),
    "Stop": frozenset({"Recording", "Stream", "Transcription", "Siprec"}),
    "Dial": frozenset({"Number", "Conference", "Client", "Sip"}),
    "Connect": frozenset({"Stream", "ConversationRelay"}),
}


class TwimlError(ValueError):
    """The document cannot be executed. `code` is Twilio's error code."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One element: its name, attributes, own text and children in order."""

    name: str
    attributes: Mapping[str, str]
    text: str
    children: tuple[Verb, ...] = ()

    def get(self, attribute: str, default: str = "") -> str:
        """Read an attribute."""
        return self.attributes.get(attribute, default)

    def is_true(self, attribute: str) -> bool:
        """Read a boolean attribute; absent is false, as Twilio has it for those used here."""
        return self.get(attribute, "false").lower() == "true"

    def number(self, attribute: str, default: float) -> float:
        """Read a number.

        Raises:
            TwimlError: not a number (12200).
        """
        try:
            return float(self.get(attribute) or default)
        except ValueError as error:
            raise TwimlError(12200, f"{self.name}: {attribute} is not a number") from error


def parse_twiml(body: str) -> tuple[Verb, ...]:
    """Read a document.

    Raises:
        TwimlError: 12100 not XML, 12102 not a Response, 12200 a verb or noun that does not exist there.
    """
    if "<!DOCTYPE" in body:
        raise TwimlError(12100, "document type declarations are refused")
    try:
        root = ElementTree.fromstring(body.strip())  # noqa: S314 - entities need a document type, refused above
    except ElementTree.ParseError as error:
        raise TwimlError(12100, "document parse failure") from error
    if root.tag != "Response":
        raise TwimlError(12102, "the root element is not Response")
    verbs = tuple(_verb(element) for element in root)
    for verb in verbs:
        _check(verb)
    return verbs


def _verb(element: ElementTree.Element) -> Verb:
    is_speech = element.tag == "Say"
    return Verb(
        name=element.tag,
        attributes=dict(element.attrib),
        text=" ".join("".join(element.itertext()).split()) if is_speech else (element.text or "").strip(),
        children=() if is_speech else tuple(_verb(child) for child in element),
    )


def _check(verb: Verb) -> None:
    if verb.name not in VERBS:
        raise TwimlError(12200, f"invalid verb {verb.name}")
    allowed = _NOUNS.get(verb.name, frozenset())
    for child in verb.children:
        if child.name not in allowed:
            raise TwimlError(12200, f"{child.name} is not allowed in {verb.name}")
    if verb.name == "Say" and len(verb.text) > 4096:
        raise TwimlError(13520, "Say: text is too long")
