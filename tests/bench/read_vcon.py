"""Have the `vcon` library read what we wrote. Runs in its own environment, and imports nothing of ours."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from joserfc import jws
from joserfc.jwk import KeySet
from vcon import Vcon
from vcon.extensions.lawful_basis.validation import LawfulBasisValidator


def main() -> int:
    folder = Path(sys.argv[1])
    return max(read(folder, name) for name in ("call", "again"))


def read(folder: Path, name: str) -> int:
    """Read one that was exported, and one that was imported and exported again."""
    keys = json.loads((folder / f"{name}.keys.json").read_text())
    for key in keys["keys"]:
        key.pop("alg")
    registry = jws.JWSRegistry(algorithms=["Ed25519"], strict_check_header=False)
    registry.max_payload_length = 1 << 30
    text = json.loads((folder / f"{name}.vcon.json").read_text())
    payload = jws.deserialize_json(text, KeySet.import_key_set(keys), registry=registry).payload
    made = Vcon.build_from_json(payload.decode())
    is_valid, errors = made.is_valid()
    found = [attachment for attachment in made.attachments if attachment["purpose"] == "lawful_basis"]
    results = [LawfulBasisValidator().validate_attachment(attachment) for attachment in found]
    errors += [error for result in results for error in result.errors]
    lost = [part for part, value in json.loads(payload).items() if made.to_dict().get(part) != value]
    print(f"{name}: vcon {made.vcon}: valid {is_valid}, {len(made.dialog)} dialog, {len(made.analysis)} analysis, "
          f"{len(made.attachments)} attachments, {len(found)} lawful basis; errors {errors}; lost {lost}")  # fmt: skip
    return 0 if is_valid and found and not errors and not lost else 1


if __name__ == "__main__":
    sys.exit(main())
