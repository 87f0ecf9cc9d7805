"""The parts of the product, read from its own files: locks, the scripts' pins, the digests of models."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

LOCK: Final = "requirements.lock"
MODELS_LOCK: Final = "requirements-models.lock"
_SCRIPTS: Final = "webhooks/pages/assets.json"
_ENTRY: Final = re.compile(r"^([\w.-]+)==([^\s;\\]+)")
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")

# Where the digests of each model's files stand, by the name of the model.
_MODELS: Final = {
    "en_core_web_md": ("pipeline/redaction/models.py", "_SPACY_SHA256"),
    "whisper-base": ("pipeline/vendors/local_asr.py", "_BASE"),
    "whisper-tiny.en": ("pipeline/vendors/local_asr.py", "_TINY_EN"),
}
_TAGGER: Final = "pipeline/redaction/tagger/weights.sha256"


class Kind(StrEnum):
    """What a part is."""

    PACKAGE = "package"
    """Runs in every installation."""
    EXTRA = "extra"
    """Comes with an extra or the build alone."""
    MODEL_PACKAGE = "model package"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A pinned part. `digests` are SHA-256 in hex, of any of its archives; a script's is SHA-512."""

    name: str
    version: str
    kind: Kind
    digests: tuple[str, ...]
    needed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model, and the SHA-256 of each of its files, as they are checked at each load."""

    name: str
    files: Mapping[str, str] = field(hash=False)


def read_parts(root: Path) -> tuple[Part, ...]:
    """Give all parts in order of kind and name."""
    packages = _read_lock(root / LOCK, Kind.EXTRA)
    base = _reachable(_direct(root), packages)
    found = [
        Part(
            name=part.name,
            version=part.version,
            kind=Kind.PACKAGE if part.name in base else Kind.EXTRA,
            digests=part.digests,
            needed_by=part.needed_by,
        )
        for part in packages
    ]
    found += _read_lock(root / MODELS_LOCK, Kind.MODEL_PACKAGE)
    found += _read_scripts(root / _SCRIPTS)
    return tuple(sorted(found, key=lambda part: (list(Kind).index(part.kind), part.name.lower())))


def read_models(root: Path) -> tuple[Model, ...]:
    """Give the models with the digests that the product's own code holds."""
    found = [Model(name=name, files=_literal(root / path, constant)) for name, (path, constant) in _MODELS.items()]
    weights = (root / _TAGGER).read_text(encoding="ascii").strip()
    return (*found, Model(name="earmark-tagger", files={"weights.npz": weights}))


def version_of(root: Path) -> str:
    """Give the product's own version."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def plain_name(name: str) -> str:
    """Write a package's name as locks do (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _read_lock(path: Path, kind: Kind) -> list[Part]:
    """Read pins, their hashes, and the names behind `via`."""
    found: list[Part] = []
    for block in re.split(r"\n(?=[\w.-]+==)", path.read_text(encoding="utf-8")):
        entry = _ENTRY.match(block)
        if entry:
            via = re.findall(r"^\s+#(?: via)?[ ]+([\w.-]+(?: \(pyproject\.toml\))?)\s*$", block, re.MULTILINE)
            needed = tuple(sorted(plain_name(name.split(" ")[0]) for name in via if name != "via"))
            digests = tuple(sorted(_HASH.findall(block)))
            found.append(Part(name=entry[1], version=entry[2], kind=kind, digests=digests, needed_by=needed))
    return found


def _direct(root: Path) -> set[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {plain_name(re.split(r"[\[<>=!~; ]", name)[0]) for name in project["dependencies"]}


def _reachable(direct: Iterable[str], packages: Iterable[Part]) -> set[str]:
    """Follow needs from the plain dependencies on: what is not reached comes with an extra."""
    reached, pending = set(), set(direct)
    known = tuple(packages)
    while pending:
        reached |= pending
        pending = {part.name for part in known if pending & set(part.needed_by)} - reached
    return reached


def _read_scripts(path: Path) -> list[Part]:
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
    return [
        Part(name=one["name"], version=one["version"], kind=Kind.SCRIPT, digests=(one["integrity"],))
        for one in packages
    ]


def _literal(path: Path, constant: str) -> Mapping[str, str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == constant:
            if node.value is None:
                break
            value: dict[str, str] = ast.literal_eval(node.value)
            return value
    raise LookupError(f"{path.name} has no {constant}")
