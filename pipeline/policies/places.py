"""Who is under the EU row, and which languages a place speaks. Facts of geography, read from `data/places.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict, StrictStr


class Places(BaseModel):
    """Languages by place, and the script that serves each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checked_on: date
    source: StrictStr
    eu_members: frozenset[StrictStr]
    speaks: Mapping[StrictStr, tuple[StrictStr, ...]]
    voices: Mapping[StrictStr, StrictStr]

    def locales(self, place: str) -> tuple[str, ...]:
        """Give the languages spoken at a place; a part of a country without its own speaks its country's."""
        return self.speaks.get(place) or self.speaks.get(place.split("-", maxsplit=1)[0], ())

    def voice_of(self, locale: str, *, available: Iterable[str]) -> str | None:
        """Find the script that serves a locale: its own, or its language's; None where there is none."""
        for candidate in (locale, self.voices.get(locale), self.voices.get(locale.split("-", maxsplit=1)[0])):
            if candidate in set(available):
                return candidate
        return None
