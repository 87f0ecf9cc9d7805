from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path
from typing import Protocol

import pytest

import pipeline.ports
from pipeline.ports.codes import CodeChannel
from tests.house.tree import ROOT

CASES = {
    "Artifacts": ("tests/pipeline/vendors/contracts/artifacts.py",),
    "Deposit": ("tests/pipeline/vendors/contracts/deposit.py",),
    "Keys": ("tests/pipeline/vendors/contracts/keys.py",),
    "Transcriber": ("tests/pipeline/vendors/contracts/transcriber.py",),
    "RecordingsVendor": ("tests/pipeline/vendors/contracts/recordings.py",),
    "Telephony": ("tests/pipeline/vendors/contracts/telephony.py",),
    "NoticeChannel": ("tests/pipeline/vendors/contracts/notices.py",),
    "WorkQueue": ("tests/pipeline/workflows",),
    "EventPost": ("tests/pipeline/vendors/contracts/events.py",),
    "Identities": ("tests/pipeline/vendors/contracts/identity.py",),
    "CodeChannel": ("tests/pipeline/vendors/contracts/codes.py",),
    "CloudAccount": ("tests/pipeline/vendors/contracts/cloud.py",),
    "Clock": ("tests/pipeline/vendors/test_system_clock.py",),
}
"""Where the cases of each port are. A suite under `contracts` runs on every adapter of its port."""


def ports() -> list[type]:
    modules = (
        importlib.import_module(f"pipeline.ports.{m.name}") for m in pkgutil.iter_modules(pipeline.ports.__path__)
    )
    found = {
        value
        for module in modules
        for value in vars(module).values()
        if inspect.isclass(value) and getattr(value, "_is_protocol", False) and value is not Protocol
    }
    return sorted(found, key=lambda port: port.__name__)


def methods() -> list[tuple[str, str]]:
    return [
        (port.__name__, name)
        for port in ports()
        for name, value in vars(port).items()
        if inspect.isfunction(value) and not name.startswith("_")
    ]


def test_every_port_says_where_its_cases_are() -> None:
    assert {port.__name__ for port in ports()} == set(CASES)


@pytest.mark.parametrize(("port", "method"), methods())
def test_every_method_of_a_port_is_called_by_a_case(port: str, method: str) -> None:
    called = {name for place in CASES[port] for path in _files(ROOT / place) for name in _called_by_tests(path)}
    assert method in called


def test_the_channel_of_codes_says_every_error_that_its_cases_expect() -> None:
    told = inspect.getdoc(CodeChannel.send_code) or ""
    (place,) = CASES["CodeChannel"]
    assert [name for name in sorted(_errors_in(ROOT / place)) if f"{name}:" not in told] == []


def _errors_in(path: Path) -> set[str]:
    imports = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom))
    return {alias.name for node in imports if node.module == "pipeline.model.errors" for alias in node.names}


def _files(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


def _called_by_tests(path: Path) -> set[str]:
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return {call.attr for call in calls if isinstance(call, ast.Attribute)}
