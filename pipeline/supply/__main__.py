"""`python -m pipeline.supply licenses` notes and judges licences, `sbom FILE` writes the bill of materials,
`audit PROGRAM` asks the public advisories by that pip-audit.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.supply.audit import NotAudited, audit
from pipeline.supply.licences import LicenceUnfit, note_installed, page, read_noted, write_noted
from pipeline.supply.parts import Kind, read_parts
from pipeline.supply.sbom import write_sbom

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str]) -> int:
    """Do what is asked; 0 on success, 1 where something is unfit or unknown, 2 on bad input, with a line on stderr."""
    match list(arguments):
        case ["licenses"]:
            return _note_and_judge()
        case ["sbom", target]:
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            Path(target).write_text(write_sbom(ROOT), encoding="utf-8")
            return 0
        case ["audit", program]:
            return _ask_advisories(program)
        case _:
            sys.stderr.write("usage: python -m pipeline.supply licenses | sbom FILE | audit PROGRAM\n")
            return 2


def _note_and_judge() -> int:
    parts = read_parts(ROOT)
    write_noted(note_installed(parts, read_noted()))
    try:
        page(ROOT)
    except LicenceUnfit as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"licences of {len(parts)} parts are noted, and each may be shipped\n")
    return 0


def _ask_advisories(program: str) -> int:
    parts = [part for part in read_parts(ROOT) if part.kind is not Kind.SCRIPT]
    try:
        found = audit(parts, [program])
    except NotAudited as error:
        sys.stderr.write(f"audit: {error}\n")
        return 1
    sys.stderr.write("".join(f"audit: {line}\n" for line in found))
    if not found:
        sys.stdout.write(f"no advisory is known for any of {len(parts)} packages\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
