"""Collects what pages say, and writes it into the catalogue of every other language.

Pages also show sentences of the domain, which knows nothing of languages: a module of it that marks its texts, by a
`def _(message)` of its own, is read too.

Run by `python -m webhooks.pages.catalogue`. A new sentence comes in without a translation; one that no page says any
more goes. Translating is a person's work: the tests refuse a catalogue with a gap.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as CatalogueEntry
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from webhooks.pages.language import CATALOGUES

type Message = str | tuple[str, ...]

WEB: Final = Path(__file__).parents[1]
DOMAIN: Final = WEB.parent / "pipeline"
_MARKER: Final = b"\ndef _(message: str) -> str:\n"
_KEYWORDS: Final = {"_": None, "ngettext": (1, 2)}
_OF_TEMPLATES: Final = {"trimmed": "true", "silent": "false"}


def said() -> Iterator[tuple[str, Message]]:
    """Give every text that pages say, with the file that says it; one of a number of things is a pair."""
    marked = (path for path in DOMAIN.rglob("*.py") if _MARKER in path.read_bytes())
    for path in sorted([*WEB.glob("*/templates/*.html"), *WEB.glob("*/*.py"), *marked]):
        name = path.relative_to(WEB.parent).as_posix()
        with path.open("rb") as source:
            if path.suffix == ".py":
                found = extract("python", source, keywords=_KEYWORDS)
                yield from ((name, message) for _, message, _, _ in found if message)
            else:
                taken = babel_extract(source, list(_KEYWORDS), [], _OF_TEMPLATES)
                yield from ((name, _message(text)) for _, _, text, _ in taken if _is_written(text))


def update(catalogue: Catalog) -> None:
    """Bring a catalogue to what is said now; translations of what is still said stay."""
    template = Catalog()
    for name, message in said():
        template.add(message, locations=[(name, 0)])
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()


def read(path: Path) -> Catalog:
    """Read a catalogue; its name is its language."""
    with path.open("rb") as written:
        return read_po(written, locale=path.stem)


def write(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue, sorted by what it translates, without dates: the same texts are the same file."""
    written = BytesIO()
    write_po(written, catalogue, width=120, no_location=True, omit_header=True, sort_output=True)
    plural = catalogue.plural_forms
    head = (f"Language: {path.stem}", "Content-Type: text/plain; charset=utf-8", f"Plural-Forms: {plural}")
    lines = ['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in head), "", written.getvalue().decode()]
    path.write_text("\n".join(lines), encoding="utf-8")


def _is_written(text: object) -> bool:
    """Say whether a template writes the text itself; what comes from a variable is marked where it is written."""
    return any(text) if isinstance(text, tuple) else bool(text)


def _message(text: object) -> Message:
    if not isinstance(text, tuple):
        return str(text)
    # What is said with values, `_("%(number)s left", number=3)`, comes with holes in the values' places.
    parts = tuple(str(part) for part in text if part is not None)
    return parts if len(parts) > 1 else parts[0]


def _is_told(entry: CatalogueEntry) -> bool:
    return all(entry.string) if isinstance(entry.string, (tuple, list)) else bool(entry.string)


def main() -> int:
    """Update every catalogue."""
    for path in sorted(CATALOGUES.glob("*.po")):
        catalogue = read(path)
        update(catalogue)
        write(catalogue, path)
        untold = sum(not _is_told(entry) for entry in catalogue if entry.id)
        sys.stdout.write(f"{path.stem}: {len(catalogue)} texts, {untold} without a translation\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
