"""From the places of a call to what must be done before, during and after its recording.

Tokens are joined by union, so another leg, place or unknown only ever adds. With B the recorder never runs during the
announcement; a line inside the recording is always said, and with R it is what the law turns on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipeline.consent.resolve import CallResolution
from pipeline.policies.jurisdictions import UNKNOWN, JurisdictionRow, Token, in_order
from pipeline.policies.loader import Law

FLOOR = "product_floor"


class ConsentMode(StrEnum):
    """How a call is begun. Each does what the one before it does, and more."""

    NOTICE_CONTINUE = "notice_continue"
    NOTICE_BEFORE = "notice_before"
    NOTICE_INSIDE = "notice_inside"
    EXPLICIT_GATE = "explicit_gate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Why a token is joined: the leg it came with, the row of law, and how far that row can be relied on."""

    token: Token
    leg: str
    place: str
    cite: str
    conf: str
    checked_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPlan:
    """What a call needs."""

    mode: ConsentMode
    tokens: tuple[Token, ...]
    training_gate: bool
    """The tenant wants training, so it is asked for on its own, after the answer on recording."""
    locales: tuple[str, ...]
    """Scripts to play, in this order; empty where no law asks for a language and the tenant's own is right."""
    unscripted: tuple[str, ...]
    """Places whose languages have no script here. Without the tenant's own wording the call is not recorded."""
    citations: tuple[Citation, ...]
    needs_inside_notice: bool = True

    @property
    def accepts_speech(self) -> bool:
        """Say whether a spoken yes is enough; where A is joined only a key press is."""
        return Token.AFFIRMATIVE not in self.tokens


def plan_consent(
    call: CallResolution, *, law: Law, training_wanted: bool = False, default_locale: str = "en-US"
) -> ConsentPlan:
    """Join the tokens of every place and choose how the call is begun.

    Args:
        call: legs and added places.
        law: rows and languages.
        training_wanted: the tenant has asked for training, so a joined T becomes a question of its own.
        default_locale: what is spoken to a leg that could be anywhere, when a local language is asked for.
    """
    tokens = law.matrix.tokens(call.places)
    locales, unscripted = _languages(call, law=law, default_locale=default_locale)
    return ConsentPlan(
        mode=_mode(tokens),
        tokens=in_order(tokens),
        training_gate=training_wanted and Token.TRAINING in tokens,
        locales=locales,
        unscripted=unscripted,
        citations=tuple(sorted(_citations(call, law), key=lambda c: list(Token).index(c.token))),
    )


def _mode(tokens: frozenset[Token]) -> ConsentMode:
    if Token.AFFIRMATIVE in tokens:
        return ConsentMode.EXPLICIT_GATE
    if Token.INSIDE in tokens:
        return ConsentMode.NOTICE_INSIDE
    if Token.BEFORE in tokens:
        return ConsentMode.NOTICE_BEFORE
    return ConsentMode.NOTICE_CONTINUE


def _languages(call: CallResolution, *, law: Law, default_locale: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    played: list[str] = []
    unscripted: list[str] = []
    for place in call.places:
        rows = law.matrix.lineage(place)
        if not rows:
            played.append(default_locale)
        elif any(Token.LOCAL_LANGUAGE in row.req for row in rows):
            spoken = (law.places.voice_of(locale, available=law.locales) for locale in law.places.locales(place))
            voices = [voice for voice in spoken if voice is not None]
            played.extend(voices)
            if not voices:
                unscripted.append(place)
    return tuple(dict.fromkeys(played)), tuple(dict.fromkeys(unscripted))


def _citations(call: CallResolution, law: Law) -> Iterator[Citation]:
    floor, matrix = law.matrix.product_floor, law.matrix
    for token in floor.req:
        yield Citation(
            token=token, leg=FLOOR, place=FLOOR, cite=floor.note, conf="house choice", checked_on=matrix.version
        )
    for leg, place in _sources(call):
        rows = matrix.lineage(place)
        if rows:
            yield from (_cite(token, leg, row) for row in rows for token in row.req)
            continue
        for token in matrix.default_unknown.req:
            note = matrix.default_unknown.note
            yield Citation(token=token, leg=leg, place=place, cite=note, conf="house choice", checked_on=matrix.version)


def _sources(call: CallResolution) -> Iterator[tuple[str, str]]:
    for leg in call.legs:
        yield from ((leg.label, place) for place in leg.candidates)
    if not call.legs:
        yield "no leg", UNKNOWN
    if call.establishment is not None:
        yield "establishment", call.establishment
    yield from (("address", address) for address in call.addresses)


def _cite(token: Token, leg: str, row: JurisdictionRow) -> Citation:
    return Citation(token=token, leg=leg, place=row.id, cite=row.cite, conf=row.conf, checked_on=row.checked_on)
