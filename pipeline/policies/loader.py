"""Reads the packaged law, scripts and policies, and any policy file, into values with a digest.

A file that cannot be read in full is refused whole; there is no partly loaded law and no default policy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.model.errors import InvalidInput, NotFound
from pipeline.policies.bundle import Bundle
from pipeline.policies.jurisdictions import JurisdictionMatrix
from pipeline.policies.numbers import NumberTables, read_area_codes, read_australia, read_withheld
from pipeline.policies.places import Places
from pipeline.policies.rights_clock import RightsClocks
from pipeline.policies.scripts import ScriptFile

_DATA: Final = "data"
_MAX_CHARS: Final = 1_000_000
_NOT_POLICIES: Final = frozenset({"jurisdictions.yaml", "places.yaml", "rights_clocks.yaml"})


class _RepeatedKey(yaml.constructor.ConstructorError):
    """The same key twice in one mapping: one of the two would be lost without a word."""


class _StrictLoader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for at, key in enumerate(keys):
            if key in keys[:at]:
                raise _RepeatedKey(problem="a key is written twice", problem_mark=node.value[at][0].start_mark)
        return super().construct_mapping(node, deep=deep)


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """Everything needed to say what a call is under: rows, number tables, languages."""

    matrix: JurisdictionMatrix
    numbers: NumberTables
    places: Places
    locales: tuple[str, ...]
    """The locales that have scripts, in order."""


@cache
def load_law() -> Law:
    """Load the packaged law. The same value every time."""
    return Law(matrix=load_matrix(), numbers=_load_numbers(), places=_load_places(), locales=list_locales())


@cache
def load_matrix() -> JurisdictionMatrix:
    """Load the packaged rows of law."""
    text = _data("jurisdictions.yaml").read_text(encoding="utf-8")
    members = _load_places().eu_members
    document = {**parse_yaml(text, name="jurisdictions.yaml"), "digest": _digest(text), "eu_members": members}
    return check(JurisdictionMatrix, document, name="jurisdictions.yaml")


@cache
def load_rights_clocks() -> RightsClocks:
    """Load how long the law of each place gives for answering a person."""
    name = "rights_clocks.yaml"
    return check(RightsClocks, parse_yaml(_data(name).read_text(encoding="utf-8"), name=name), name=name)


@cache
def load_bundle(policy_id: str) -> Bundle:
    """Load a packaged policy.

    Raises:
        NotFound: there is none of that name.
    """
    if policy_id not in list_policies():
        raise NotFound(f"no policy {policy_id[:40]!r}: there are {', '.join(list_policies())}")
    name = f"{policy_id}.yaml"
    return read_bundle(_data(name).read_text(encoding="utf-8"), name=name)


def load_bundle_file(path: Path) -> Bundle:
    """Load a policy from a file.

    Raises:
        InvalidInput: it cannot be read, or is not a whole policy: one line that names the first fault.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name}: cannot be read as text") from error
    return read_bundle(text, name=path.name)


def read_bundle(text: str, *, name: str) -> Bundle:
    """Read a policy from YAML, or from JSON, which is YAML.

    Raises:
        InvalidInput: not a whole policy.
    """
    return check(Bundle, parse_yaml(text, name=name), name=name)


@cache
def list_policies() -> tuple[str, ...]:
    """List the packaged policies."""
    names = {entry.name for entry in resources.files("pipeline.policies").joinpath(_DATA).iterdir()} - _NOT_POLICIES
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


@cache
def list_locales() -> tuple[str, ...]:
    """List the locales that have scripts."""
    files = (entry.name for entry in _data("scripts").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml")))


@cache
def load_scripts(locale: str) -> ScriptFile:
    """Load the scripts of one locale.

    Raises:
        NotFound: there are none.
    """
    if locale not in list_locales():
        raise NotFound(f"no scripts for locale {locale[:12]!r}: there are {', '.join(list_locales())}")
    text = _data(f"scripts/{locale}.yaml").read_text(encoding="utf-8")
    return check(ScriptFile, parse_yaml(text, name=f"{locale}.yaml"), name=f"{locale}.yaml")


def parse_yaml(text: str, *, name: str) -> Mapping[str, object]:
    """Read YAML as plain values: a mapping at the top, no tags, no key twice.

    Raises:
        InvalidInput: it is not that.
    """
    if len(text) > _MAX_CHARS:
        raise InvalidInput(f"{name}: longer than {_MAX_CHARS} characters")
    try:
        document = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader that also refuses repeated keys
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        what = "a key is written twice" if isinstance(error, _RepeatedKey) else "not valid YAML"
        raise InvalidInput(f"{name}: {what}{where}") from error
    if not isinstance(document, dict):
        raise InvalidInput(f"{name}: a mapping is expected at the top")
    return document


def parse_json(text: str, *, name: str) -> Mapping[str, object]:
    """Read JSON as plain values: an object at the top.

    Raises:
        InvalidInput: it is not that.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{name}: not valid JSON") from error
    if not isinstance(document, dict):
        raise InvalidInput(f"{name}: an object is expected at the top")
    return document


def check[Model: BaseModel](model: type[Model], document: Mapping[str, object], *, name: str) -> Model:
    """Check a document against its schema; the first fault is told in one line, by its path.

    Raises:
        InvalidInput: it does not fit.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"]) or "the file"
        if first["type"] == "missing" and first["loc"][-1] == "clause":
            raise InvalidInput(f"{name}: {path.removesuffix('.clause')} has no clause") from error
        raise InvalidInput(f"{name}: {path}: {first['msg'].removeprefix('Value error, ')}") from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _data(name: str) -> Traversable:
    return resources.files("pipeline.policies").joinpath(_DATA, *name.split("/"))


def _load_numbers() -> NumberTables:
    def read(name: str) -> str:
        return _data(name).read_text(encoding="utf-8")

    return NumberTables(
        withheld=read_withheld(read("withheld_sentinels.csv")),
        area_codes=read_area_codes(read("area_codes.csv")),
        australia=read_australia(read("au_area.csv")),
    )


@cache
def _load_places() -> Places:
    name = "places.yaml"
    return check(Places, parse_yaml(_data(name).read_text(encoding="utf-8"), name=name), name=name)
