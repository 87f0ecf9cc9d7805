from __future__ import annotations

import importlib
import re
from collections.abc import Iterator

import click
import pytest
from pydantic import BaseModel

from pipeline.cli import COMMANDS
from pipeline.settings import Settings
from tests.house.tree import ROOT

CONSOLE = ("pages", "sign_in", "review", "settings", "operations")
"""Pages are found by their links; README names where they begin."""
WEB = sorted(path for path in (ROOT / "webhooks").rglob("*.py") if path.parent.name not in CONSOLE)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def settings(model: type[BaseModel] = Settings, prefix: str = "EARMARK_") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings(inner, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper()


def commands() -> Iterator[str]:
    for name in COMMANDS:
        found: click.Command = importlib.import_module(f"pipeline.cli.{name}").command
        if isinstance(found, click.Group):
            yield from (f"{name} {inner}" for inner in found.commands)
        else:
            yield name


@pytest.mark.parametrize("name", list(settings()))
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", list(commands()))
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"`earmark {name}" in README or f"· `{name}" in README


def routes() -> list[str]:
    placed = (re.findall(r'@router\.(?:get|post)\("([^"]+)"|SharedRoute\("([^"]+)"', path.read_text()) for path in WEB)
    return sorted({first or second for found in placed for first, second in found})


@pytest.mark.parametrize("route", routes())
def test_every_route_is_in_the_readme(route: str) -> None:
    last = route.removeprefix("/twilio/{tenant}/") if route.startswith("/twilio") else route
    assert f"`{last}`" in README or f" {last}`" in README or f"`/{last.rsplit('/', 1)[-1]}`" in README


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line[:3] == "## "]
    assert headings[0].strip("# []") == "Unreleased"
