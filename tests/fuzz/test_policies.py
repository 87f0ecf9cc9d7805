"""An altered policy is read or refused in one line that names its place; whatever is read can be judged by."""

from __future__ import annotations

import json
from importlib import resources

import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.policies.loader import parse_json, parse_yaml, read_bundle
from tests.fuzz.cases import altered, cases, damaged, look_at

DATA = resources.files("pipeline.policies").joinpath("data")
TEXTS = {name: DATA.joinpath(f"{name}.yaml").read_text(encoding="utf-8") for name in ("nejix", "connekz")}
DOCUMENTS = [yaml.safe_load(text) for text in TEXTS.values()]
BOMBS = (
    "[" * 5_000,
    "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"b{at}: &b{at} [{', '.join(['*a'] * 9)}]\n" for at in range(20)),
    "a: &a\n  b: *a\n", "a: 1:" + "9" * 40, "a: " + "9" * 5_000, "!!python/object/apply:os.system [x]", "? [a]\n: b",
    "a: 2026-99-99", "<<: 3", "\x00", "\t", "a: !!binary '='", "!!set {a}", "x" * 1_000_001,
)  # fmt: skip


def read_or_refused(text: str) -> None:
    for read in (lambda: read_bundle(text, name="x.yaml"), lambda: parse_json(text, name="x.json")):
        try:
            read()
        except InvalidInput as refusal:
            look_at(refusal)


def test_what_was_made_to_hurt_a_reader_is_refused() -> None:
    for bomb in BOMBS:
        read_or_refused(bomb)


@cases(15)
@given(st.sampled_from(DOCUMENTS), st.data())
def test_a_policy_with_something_strange_in_it_is_read_or_refused(document: object, data: st.DataObject) -> None:
    text = json.dumps(altered(document, data), default=str)
    read_or_refused(text)


@cases(6)
@given(st.sampled_from(sorted(TEXTS.values())), st.data())
def test_a_damaged_policy_file_is_read_or_refused(good: str, data: st.DataObject) -> None:
    text = damaged(good.encode(), data).decode("utf-8", "replace")
    try:
        parse_yaml(text, name="x.yaml")
    except InvalidInput:
        return
    read_or_refused(text)
