"""Licences of all parts: noted from installed metadata, judged, and written as the page that a wheel carries.

What is noted stands in `licences.json`, one entry for each pin of the locks and each script, so that a build needs
nothing installed. A part without an entry, an entry for another version, an unknown licence and a GPL one are failures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from pipeline.supply.parts import Kind, Part, read_parts

NOTED: Final = Path(__file__).with_name("licences.json")

# The words of older metadata, as SPDX writes them. "BSD" alone does not say which of them it is, and is left so.
_WORDS: Final = {
    "apache 2.0": "Apache-2.0", "apache license 2.0": "Apache-2.0", "apache software license": "Apache-2.0",
    "bsd license": "BSD", "bsd": "BSD", "bsd 3-clause license": "BSD-3-Clause", "3-clause bsd license": "BSD-3-Clause",
    "isc license": "ISC", "isc license (iscl)": "ISC", "mit license": "MIT", "mit": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "python software foundation license": "PSF-2.0",
}  # fmt: skip
_ALLOWED: Final = frozenset(
    ("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "LGPL-2.1-or-later",
     "LGPL-3.0-only", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Zlib")
)  # fmt: skip
BRINGS_GPL_CODECS: Final = "av"
"""Its metadata says BSD, but its wheel brings FFmpeg with GPL codecs: only the extra local-asr has it, and no image."""


class LicenceUnfit(Exception):
    """A part has no noted licence, or one that may not be shipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What a part says of its licence. `texts` are the files of it in the installed package, else where it is read."""

    version: str
    licence: str
    said_by: str
    texts: tuple[str, ...]


def read_noted(path: Path = NOTED) -> dict[str, Noted]:
    """Read what was noted."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    return {name: Noted(**{**entry, "texts": tuple(entry["texts"])}) for name, entry in entries.items()}


def note_installed(parts: Iterable[Part], known: Mapping[str, Noted]) -> dict[str, Noted]:
    """Note what installed packages say; what is not installed here keeps its entry."""
    found = dict(known)
    for part in parts:
        if part.kind is not Kind.SCRIPT:
            try:
                found[part.name] = _said(distribution(part.name))
            except PackageNotFoundError:
                continue
    names = {part.name for part in parts}
    return {name: found[name] for name in sorted(found) if name in names}


def write_noted(noted: Mapping[str, Noted], path: Path = NOTED) -> None:
    """Keep what was noted."""
    path.write_text(json.dumps({n: asdict(one) for n, one in noted.items()}, indent=1) + "\n", encoding="utf-8")


def faults(parts: Iterable[Part], noted: Mapping[str, Noted]) -> list[str]:
    """Say, in a line each, what is not noted or may not be shipped."""
    found: list[str] = []
    for part in parts:
        entry = noted.get(part.name)
        if entry is None or entry.version != part.version:
            found.append(f"{part.name} {part.version}: its licence is not noted; run make licenses")
        elif not is_allowed(entry.licence):
            found.append(f"{part.name} {part.version}: the licence {entry.licence or 'unknown'!r} may not be shipped")
        elif part.name == BRINGS_GPL_CODECS and part.kind is Kind.PACKAGE:
            found.append(f"{part.name} {part.version}: brings GPL codecs, and is no longer in an extra alone")
    return found


def is_allowed(licence: str) -> bool:
    """Say whether an SPDX expression can be met by licences that may be shipped: every `AND`, one of each `OR`."""
    bare = licence.replace("(", " ( ").replace(")", " ) ").split()
    if not bare or bare.count("(") != bare.count(")") or "WITH" in bare:
        return False
    while "(" in bare:
        begin = max(at for at, word in enumerate(bare) if word == "(")
        if ")" not in bare[begin:]:
            return False
        end = bare.index(")", begin)
        inner = "MIT" if is_allowed(" ".join(bare[begin + 1 : end])) else "refused"
        bare[begin : end + 1] = [inner]
    either = " ".join(bare).split(" OR ")
    return any(all(word in _ALLOWED for word in way.split(" AND ")) for way in either)


def page(root: Path) -> str:
    """Write the page of licences.

    Raises:
        LicenceUnfit: as `faults` says.
    """
    parts, noted = read_parts(root), read_noted()
    if found := faults(parts, noted):
        raise LicenceUnfit("\n".join(found))
    lines = ["# Licences of what Earmark is made of", "", "Earmark itself is under Apache-2.0 (`LICENSE`).", ""]
    for kind in Kind:
        lines += [_HEADINGS[kind], "", "| part | version | licence | said by | text |", "|---|---|---|---|---|"]
        for part in parts:
            if part.kind is kind:
                entry = noted[part.name]
                says = entry.licence + (" (its wheel: with GPL codecs)" if part.name == BRINGS_GPL_CODECS else "")
                texts = ", ".join(f"`{text}`" for text in entry.texts) or "none in the package: the standard text"
                lines.append(f"| {part.name} | {part.version} | {says} | {entry.said_by} | {texts} |")
        lines.append("")
    return "\n".join(lines)


_HEADINGS: Final = {
    Kind.PACKAGE: "## Packages of every installation",
    Kind.EXTRA: "## Packages of an extra or of the build alone",
    Kind.MODEL_PACKAGE: "## Models",
    Kind.SCRIPT: "## Scripts of the pages, in the wheel",
}


def _said(found: Distribution) -> Noted:
    said = found.metadata
    texts = tuple(
        sorted(
            str(file) for file in found.files or ()
            if ".dist-info" in str(file) and re.search(r"licen[cs]e|copying|notice", file.name, re.IGNORECASE)
        )
    )  # fmt: skip
    expression = said.get("License-Expression")
    if expression:
        return Noted(version=found.version, licence=expression, said_by="License-Expression", texts=texts)
    words = [said.get("License") or ""]
    classifiers = [one.split(" :: ")[-1] for one in said.get_all("Classifier") or () if one.startswith("License")]
    plain = _plain(words[0])
    if is_allowed(plain) and plain != "BSD":
        return Noted(version=found.version, licence=plain, said_by="License", texts=texts)
    licence = " AND ".join(sorted({_plain(one) for one in classifiers})) or plain
    return Noted(
        version=found.version, licence=licence, said_by="Classifier" if classifiers else "License", texts=texts
    )


def _plain(words: str) -> str:
    first = words.strip().splitlines()[0].strip() if words.strip() else ""
    return _WORDS.get(first.lower(), first)
