"""A bill of materials in CycloneDX 1.6: every package and script with its digests, every model with those of its files.

The same files give the same bytes: it has no time and no random number.
Source: the CycloneDX 1.6 JSON schema; `make sbom` holds what is written against it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, Final

from pipeline.supply.licences import Noted, read_noted
from pipeline.supply.parts import Kind, Model, Part, plain_name, read_models, read_parts, version_of

_SPEC: Final = "1.6"
# SPDX has no identifier for the bare word.
_UNLISTED: Final = frozenset({"BSD"})


def write_sbom(root: Path) -> str:
    """Write the bill as JSON text."""
    noted = read_noted()
    parts = read_parts(root)
    components = [_component(part, noted.get(part.name)) for part in parts]
    components += [_model(model) for model in read_models(root)]
    own = f"pkg:pypi/earmark@{version_of(root)}"
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": _SPEC,
        "version": 1,
        "metadata": {
            "component": {
                "bom-ref": own,
                "type": "application",
                "name": "earmark",
                "version": version_of(root),
                "purl": own,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": components,
        "dependencies": _needs(own, parts),
    }
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"


def reference(part: Part) -> str:
    """Give a part's package URL."""
    if part.kind is Kind.SCRIPT:
        return f"pkg:npm/{part.name}@{part.version}"
    return f"pkg:pypi/{plain_name(part.name)}@{part.version}"


def _component(part: Part, noted: Noted | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "bom-ref": reference(part),
        "type": "data" if part.kind is Kind.MODEL_PACKAGE else "library",
        "name": part.name,
        "version": part.version,
        "scope": "optional" if part.kind is Kind.EXTRA else "required",
        "purl": reference(part),
        "properties": [{"name": "earmark:kind", "value": part.kind.value}],
    }
    if noted is not None:
        made["licenses"] = [_licence(noted.licence)]
    if part.kind is Kind.SCRIPT:
        made["hashes"] = [{"alg": "SHA-512", "content": _hex(part.digests[0])}]
    elif len(part.digests) == 1:
        made["hashes"] = [{"alg": "SHA-256", "content": part.digests[0]}]
    else:
        # A package has an archive for each system: any of these is it, and a component has one digest of a kind.
        made["properties"] += [{"name": "earmark:archive:sha256", "value": digest} for digest in part.digests]
    return made


def _licence(said: str) -> dict[str, Any]:
    if " " in said:
        return {"expression": said}
    return {"license": {"name" if said in _UNLISTED else "id": said}}


def _model(model: Model) -> dict[str, Any]:
    whole = hashlib.sha256("".join(f"{digest}  {name}\n" for name, digest in sorted(model.files.items())).encode())
    return {
        "bom-ref": f"model:{model.name}",
        "type": "machine-learning-model",
        "name": model.name,
        "hashes": [{"alg": "SHA-256", "content": whole.hexdigest()}],
        "components": [
            {
                "bom-ref": f"model:{model.name}/{name}",
                "type": "file",
                "name": name,
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }
            for name, digest in sorted(model.files.items())
        ],
    }


def _needs(own: str, parts: tuple[Part, ...]) -> list[dict[str, Any]]:
    """Say which part needs which, by the locks' own notes."""
    known = {plain_name(part.name): reference(part) for part in parts if part.kind is not Kind.SCRIPT}
    needs: dict[str, set[str]] = {ref: set() for ref in (own, *map(reference, parts))}
    for part in parts:
        for name in part.needed_by or ("earmark",):
            needs[known.get(name, own)].add(reference(part))
    return [{"ref": ref, "dependsOn": sorted(needed)} for ref, needed in sorted(needs.items())]


def _hex(integrity: str) -> str:
    return base64.b64decode(integrity.partition("-")[2]).hex()
