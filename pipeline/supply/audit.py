"""Asks the public advisories about every pinned package; what could not be asked about is a failure, like a finding.

pip-audit does the asking, in an environment of its own (`make audit`). It is given each pin without its conditions, so
that packages for other systems are asked about as well.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from pipeline.supply.parts import Kind, Part, plain_name

_SLOWEST_S: Final = 900
_NOT_AUDITED: Final = "not audited"
_FLAGS: Final = ("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "15")


class NotAudited(Exception):
    """The advisories could not be asked."""


def audit(parts: Iterable[Part], command: Sequence[str]) -> list[str]:
    """Give a line for each advisory and for each package that none could be asked about; nothing means all is well.

    Args:
        parts: what is pinned; scripts are not asked about, for the advisories asked are those of Python packages.
        command: how pip-audit is started.

    Raises:
        NotAudited: it is not there, or got no answer.
    """
    pins = [part for part in parts if part.kind is not Kind.SCRIPT]
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pins.txt"
        listed.write_text("".join(f"{pin.name}=={pin.version}\n" for pin in pins), encoding="utf-8")
        try:
            done = subprocess.run(
                [*command, *_FLAGS, "--requirement", str(listed)],
                capture_output=True,
                text=True,
                timeout=_SLOWEST_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotAudited("pip-audit cannot be run, or never ended") from error
    try:
        answers = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotAudited(f"no answer about {len(pins)} packages: is there a network?") from error
    found = verdict(pins, answers)
    if sum(_NOT_AUDITED in line for line in found) == len(pins):
        raise NotAudited(f"none of {len(pins)} packages could be asked about: is the advisory service reached?")
    return found


def verdict(pins: Iterable[Part], answers: Iterable[dict[str, Any]]) -> list[str]:
    """Judge what pip-audit answered against what it was asked."""
    told = {(plain_name(answer.get("name", "")), answer.get("version")): answer for answer in answers}
    skipped = {plain_name(answer["name"]): answer["skip_reason"] for answer in told.values() if "skip_reason" in answer}
    found: list[str] = []
    for pin in pins:
        answer = told.get((plain_name(pin.name), pin.version))
        if answer is None or not isinstance(answer.get("vulns"), list):
            reason = skipped.get(plain_name(pin.name), "nothing was answered about it")
            found.append(f"{pin.name} {pin.version}: {_NOT_AUDITED}: {reason}")
            continue
        found += [f"{pin.name} {pin.version}: {advisory['id']}" for advisory in answer["vulns"]]
    return found
