"""In which language a page is written, and how it writes dates and numbers.

English is written in the templates; every other language has a catalogue (`locale/<language>.po`), which is read when
the first page in it is written. A sentence without a translation is shown in English.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES: Final = Path(__file__).parent / "locale"
SOURCE: Final = "en"


@cache
def languages() -> tuple[str, ...]:
    """List the languages that pages are written in, English first."""
    return (SOURCE, *sorted(path.stem for path in CATALOGUES.glob("*.po")))


@cache
def translations(language: str) -> NullTranslations:
    """Give the catalogue of a language; English for one that nobody wrote."""
    if language == SOURCE or language not in languages():
        return NullTranslations()
    with (CATALOGUES / f"{language}.po").open("rb") as written:
        catalogue = read_po(written, locale=language)
    packed = BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    return GNUTranslations(packed)


def speaker(language: str) -> Callable[..., str]:
    """Give what says a text in a language, with `%(name)s` filled in where values are given."""
    spoken = translations(language)

    def say(message: str, **values: object) -> str:
        # The empty text is the catalogue's own head.
        said = spoken.gettext(message) if message else ""
        return said % values if values else said

    return say


def counter(language: str) -> Callable[..., str]:
    """Give what says a text about a number of things, `%(num)s` of them."""
    spoken = translations(language)

    def say(one: str, many: str, number: int, **values: object) -> str:
        return spoken.ngettext(one, many, number) % {"num": say_number(number, language), **values}

    return say


def choose_language(header: str, offered: Sequence[str] | None = None, *, otherwise: str = SOURCE) -> str:
    """Choose by what a browser says it wants (`Accept-Language`): the first it names that we have, else `otherwise`."""
    asked = []
    for part in header.split(",")[:20]:
        name, _, weight = part.strip().partition(";")
        quality = weight.strip().removeprefix("q=") or "1"
        asked.append((-float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0, name.split("-")[0].lower()))
    known = offered or languages()
    return next((name for _, name in sorted(asked, key=lambda one: one[0]) if name in known), otherwise)


def say_day(value: date, language: str) -> str:
    """Write a day."""
    return dates.format_date(value, format="medium", locale=_locale(language))


def say_moment(value: datetime, language: str) -> str:
    """Write a moment, in UTC, which is said: what a regulator reads has one clock."""
    return f"{dates.format_datetime(value, format='medium', tzinfo=dates.UTC, locale=_locale(language))} UTC"


@lru_cache(maxsize=4096)
def say_number(value: float, language: str) -> str:
    """Write a number with the language's own separators."""
    return numbers.format_decimal(value, locale=_locale(language))


def say_share(value: float, language: str) -> str:
    """Write a share of one as a percentage with one decimal."""
    return numbers.format_percent(value, format="#,##0.0 %", locale=_locale(language))


def say_duration(seconds: float) -> str:
    """Write a length of time as a player does: `1:02:03`, `4:05`."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _locale(language: str) -> Locale:
    return Locale.parse(language if language in languages() else SOURCE)
