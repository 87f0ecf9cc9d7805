"""Which settings stand on which page, what they are called, and how a posted form is read as changes.

A secret is never written back into a page: its field is empty, and left empty it stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import FormData

from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.settings_draft import DraftChanges
from pipeline.model.tenant import COMPANY_OF_ENGINE, OnDecline, Topology
from pipeline.policies.entity_sets import ALWAYS_HIDDEN, list_entity_sets
from pipeline.policies.loader import list_locales


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting on a page. `kind` is `switch`, `choice`, `text`, `number`, `list`, `secret` or `words`."""

    name: str
    kind: str
    label: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One page of settings."""

    title: str
    lead: str
    fields: tuple[Field, ...]


_SECRET_KINDS: Final = ("secret", "words")
_TEXT_STYLES: Final = (
    ("label", _("A label with a number, the same for the same person")), ("type", _("Its type")), ("mask", _("Stars")),
    ("hash", _("A digest, the same for the same words of this tenant")),
    ("encrypt", _("Encrypted, under the tenant's key")), ("remove", _("Nothing")),
)  # fmt: skip

SECTIONS: Final[Mapping[str, Section]] = {
    "calls": Section(
        title=_("Recording and consent"),
        lead=_("What is asked on a call, and what happens after a no. The law of each place asks first."),
        fields=(
            Field(name="display_name", kind="text", label=_("Name that callers hear")),
            Field(name="is_recording_on", kind="switch", label=_("Record calls, with consent")),
            Field(name="is_transcription_on", kind="switch", label=_("Transcribe calls, with consent")),
            Field(
                name="asks_everyone", kind="switch", label=_("Ask everybody for a clear yes"),
                hint=_("Also where the law is content with an announcement."),
            ),
            Field(
                name="accepts_speech", kind="switch", label=_("Take a spoken yes"),
                hint=_("Only where no law on the call asks for a key press."),
            ),
            Field(
                name="on_decline", kind="choice", label=_("After a no, or no answer"),
                options=(
                    (OnDecline.CONTINUE.value, _("The call goes on and is not recorded")),
                    (OnDecline.TRANSFER.value, _("It is put through to a person and not recorded")),
                    (OnDecline.END.value, _("It ends")),
                ),
            ),
            Field(
                name="topology", kind="choice", label=_("Who answers"),
                options=(
                    (Topology.AGENT.value, _("An AI agent over a media stream")),
                    (Topology.RELAY.value, _("An AI agent that is given text")),
                    (Topology.FORWARD.value, _("A person on another number")),
                    (Topology.CONFERENCE.value, _("A person, in a room that others may join")),
                    (Topology.VOICEMAIL.value, _("Nobody: a message may be left")),
                ),
            ),
            Field(name="agent_url", kind="secret", label=_("Address of the AI agent"), hint="wss://…"),
            Field(name="forward_to", kind="secret", label=_("Number of the person"), hint="+12125550123"),
            Field(name="voicemail_s", kind="number", label=_("Longest message, in seconds"), hint="10–600"),
            Field(
                name="locale", kind="choice", label=_("Language of announcements"),
                options=tuple((locale, locale) for locale in list_locales()),
            ),
            Field(
                name="establishment", kind="list", label=_("Where you are established"),
                hint=_("A country, or a country and its part, such as NZ or US-CA; several with commas."),
            ),
        ),
    ),
    "retention": Section(
        title=_("Retention"),
        lead=_("How long each kind is kept. An empty field takes the policy's own period."),
        fields=(
            Field(
                name="regulated_in", kind="list",
                label=_("Where the law orders your kind of service to keep recordings"),
                hint="HU, PT, BR",
            ),
            Field(
                name="regulated_evidence", kind="words", label=_("What shows it"),
                hint=_("A line for each place, such as HU: licence 123. Without it no law delays a deletion."),
            ),
        ),
    ),
    "training": Section(
        title=_("Training"),
        lead=_("Whether callers are asked if models may learn from their call; silence is a no."),
        fields=(Field(name="asks_for_training", kind="switch", label=_("Ask callers about training")),),
    ),
    "redaction": Section(
        title=_("What is hidden, and how"),
        lead=_("Personal data is hidden in text and sound alike. What cannot be proved hidden is withheld."),
        fields=(
            Field(
                name="entity_set", kind="choice", label=_("Set of types"),
                options=tuple((name, name) for name in list_entity_sets()),
            ),
            Field(
                name="threshold", kind="text", label=_("How sure the detector must be"),
                hint=_("0 to 0.9; empty: as sure as it is made for. A lower number hides more."),
            ),
            Field(name="text_style", kind="choice", label=_("In text, hidden words become"), options=_TEXT_STYLES),
            Field(
                name="audio_style", kind="choice", label=_("In sound they become"),
                options=(("silence", _("Silence")), ("beep", _("A tone of 1 kHz"))),
            ),
            Field(
                name="padding_ms", kind="text", label=_("Muted around hidden words, in milliseconds"),
                hint=_("100 to 3000; empty: as much as the recogniser's times are off."),
            ),
            Field(
                name="hide_words", kind="words", label=_("Words that are always hidden"),
                hint=_("One a line. They are kept sealed and never shown; a new list takes the place of the old one."),
            ),
            Field(
                name="keep_words", kind="words", label=_("Names that are never hidden"),
                hint=_("Such as the assistant's own. What answers a personal question is hidden all the same."),
            ),
        ),
    ),
    "processors": Section(
        title=_("Processors and regions"),
        lead=_("Who hears calls, and where they lie. A company without a listing or evidence receives nothing."),
        fields=(
            Field(
                name="engines", kind="list", label=_("Recognisers, in order of preference"),
                hint=", ".join(COMPANY_OF_ENGINE),
            ),
            Field(
                name="region", kind="text", label=_("Region"),
                hint=_("Such as eu-central-1; local is this building."),
            ),
            Field(
                name="deletes_vendor_copy", kind="switch", label=_("Delete the vendor's copy after capture"),
                hint=_("And look whether it is gone."),
            ),
            Field(
                name="pci_mode", kind="choice", label=_("PCI mode of the vendor account"),
                options=(("unknown", _("Not known")), ("off", _("Off")), ("on", _("On"))),
            ),
            Field(
                name="contact_email", kind="secret", label=_("Who is told of changes of the policy"),
                hint="legal@example.com",
            ),
        ),
    ),
}  # fmt: skip
TYPES: Final = tuple(type for type in EntityType if type not in ALWAYS_HIDDEN)


def read_form(section: str, form: FormData) -> DraftChanges:
    """Read a posted page as changes; what stands so already falls out later.

    Raises:
        InvalidInput: a value that is none of its kind.
    """
    settings: dict[str, Any] = {}
    secrets: dict[str, Any] = {}
    for field in SECTIONS[section].fields:
        if field.kind in _SECRET_KINDS:
            secrets.update(_secret(field, form))
        else:
            settings[field.name] = _value(field, form)
    if section == "retention":
        settings["retention_days"] = dict(_days(form))
    if section == "redaction":
        settings["thresholds"] = dict(_thresholds(form))
    return DraftChanges(settings=settings, secrets=secrets, display_name=settings.pop("display_name", None) or None)


def _value(field: Field, form: FormData) -> Any:
    given = str(form.get(field.name, "")).strip()
    match field.kind:
        case "switch":
            return given == "on"
        case "list":
            return [part.strip() for part in given.replace("\n", ",").split(",") if part.strip()]
        case "number":
            return _whole(given)
    if field.name == "threshold":
        return _share(given)
    if field.name == "padding_ms":
        return _whole(given) if given else None
    return given


def _secret(field: Field, form: FormData) -> Iterator[tuple[str, Any]]:
    given = str(form.get(field.name, "")).strip()
    if form.get(f"{field.name}:none") == "on":
        yield field.name, [] if field.kind == "words" else ""
    elif given:
        lines = [" ".join(line.split()) for line in given.splitlines() if line.strip()]
        yield field.name, list(dict.fromkeys(lines)) if field.kind == "words" else given


def _days(form: FormData) -> Iterator[tuple[str, int]]:
    for kind in ArtifactKind:
        given = str(form.get(f"days:{kind.value}", "")).strip()
        if given:
            yield kind.value, _whole(given)


def _thresholds(form: FormData) -> Iterator[tuple[str, float]]:
    for type in TYPES:
        value = _share(str(form.get(f"threshold:{type.value}", "")).strip())
        if value is not None:
            yield type.value, value


def _whole(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 7):
        raise InvalidInput("a whole number is expected")
    return int(given)


def _share(given: str) -> float | None:
    if not given:
        return None
    try:
        value = float(given.replace(",", "."))
    except ValueError:
        raise InvalidInput("a number from 0 to 0.9 is expected") from None
    return value
