from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.house.tree import PACKAGES, ROOT

FILES = ("pyproject.toml", "README.md", "LICENSE", "requirements.lock", "requirements-models.lock", ".gitignore")


def build(sources: Path, target: Path, *, zone: str, mask: int) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target],
        cwd=sources,
        env={"PATH": os.environ["PATH"], "TZ": zone},
        umask=mask,
        check=True,
        capture_output=True,
    )
    [wheel] = target.iterdir()
    return wheel


def copy_of_the_sources(folder: Path) -> Path:
    """Files of another age, at another place."""
    folder.mkdir()
    for name in (*PACKAGES, "infra"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"), copy_function=_copy)
    for name in FILES:
        _copy(ROOT / name, folder / name)
    return folder


def _copy(source: str | Path, target: str | Path) -> None:
    shutil.copyfile(source, target)


def test_a_wheel_built_twice_elsewhere_is_the_same_and_has_licences_and_bill(tmp_path: Path) -> None:
    first = build(ROOT, tmp_path / "first", zone="UTC", mask=0o022)
    second = build(copy_of_the_sources(tmp_path / "sources"), tmp_path / "second", zone="Asia/Tokyo", mask=0o077)

    assert _digest(first) == _digest(second)
    with zipfile.ZipFile(first) as wheel:
        names = [name.split("/", 1)[-1] for name in wheel.namelist()]
    for wanted in ("extra_metadata/LICENSES.md", "sboms/earmark.cdx.json", "licenses/LICENSE"):
        assert wanted in names
    assert "pages/static/vendor/htmx.js" in names


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
