"""Holds a bill of materials against CycloneDX's own JSON schema; run in the environment of `make audit`.

Usage: python -m tests.bench.check_sbom FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def main(path: Path) -> int:
    """Say in one line whether the file is a bill of materials, and how many components it has."""
    text = path.read_text(encoding="utf-8")
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        sys.stderr.write(f"{path}: not CycloneDX 1.6: {str(fault)[:300]}\n")
        return 1
    print(f"{path}: valid CycloneDX 1.6")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
