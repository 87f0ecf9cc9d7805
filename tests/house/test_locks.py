from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata

import pytest

from tests.house.tree import ROOT

LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))

# The metadata of `av` says BSD, but its wheel brings FFmpeg with GPL codecs. It comes with faster-whisper, which is the
# extra local-asr: for the demo and the tests, and never in the container image.
BRINGS_GPL_CODECS = "av"


def entries(lock: str) -> list[str]:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def names(lock: str) -> list[str]:
    return [entry.split("==")[0].strip() for entry in entries(lock)]


def test_there_are_locks_for_running_for_tests_for_models_for_scripts_and_what_looks_at_them() -> None:
    kinds = ("-audit", "-dev", "-image", "-infra", "-models", "-node", "-vcon", "")
    assert [f"requirements{kind}.lock" for kind in kinds] == LOCKS


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_package_carries_its_hashes(lock: str) -> None:
    assert [e for e in entries(lock) if not re.match(r"[\w.-]+==\S+.*--hash=sha256:[0-9a-f]{64}", e)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links|--trusted-host)\b", text, re.MULTILINE)


def test_what_is_in_the_lock_for_running_is_pinned_alike_for_tests() -> None:
    pinned = {lock: {e.split(" ")[0] for e in entries(lock)} for lock in LOCKS}
    assert pinned["requirements.lock"] <= pinned["requirements-dev.lock"]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-models.lock"])
def test_nothing_the_product_runs_on_is_under_the_gpl(lock: str) -> None:
    assert [name for name in names(lock) if re.search(r"(?<!L)GPL|Affero", _license(name))] == []


def test_the_wheel_that_brings_gpl_codecs_comes_with_the_local_recogniser_alone() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    block = text[text.index(f"\n{BRINGS_GPL_CODECS}==") :]
    assert re.search(r"# via (.+)", block).group(1).strip() == "faster-whisper"  # type: ignore[union-attr]
    assert "faster-whisper" not in _plain_dependencies()


def test_what_goes_into_the_image_is_what_runs_here_without_the_gpl_codecs() -> None:
    pinned = {lock: {e.split(" ")[0] for e in entries(lock)} for lock in LOCKS}
    assert pinned["requirements-image.lock"] <= pinned["requirements.lock"]
    assert BRINGS_GPL_CODECS not in names("requirements-image.lock")


def _plain_dependencies() -> str:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return project[project.index("\ndependencies = [") : project.index("[project.optional-dependencies]")]


def _license(name: str) -> str:
    """What a package says of its own licence; one that is for another system is not installed here."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ""
    classifiers = [c for c in said.get_all("Classifier") or [] if c.startswith("License")]
    text = " ".join([said.get("License-Expression") or "", (said.get("License") or "")[:200], *classifiers])
    return text.replace("Lesser General Public", "LGPL").replace("General Public License", "GPL")
