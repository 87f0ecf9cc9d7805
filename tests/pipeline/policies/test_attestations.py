from __future__ import annotations

import hashlib

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.policies.attestations import AttestationFile, load_attestations, load_wording
from pipeline.policies.loader import check

PUBLISHED = {"1": "c879bb8eb905c171c9705fed78fed50917e99638d68590deb2ef2e13415b2efe"}
"""Digests of every text that was ever declared: a published one never changes."""


def document() -> dict[str, object]:
    return load_attestations().model_dump(mode="json")


def test_no_published_text_was_ever_changed() -> None:
    assert {wording.version: wording.sha256 for wording in load_attestations().versions} == PUBLISHED


def test_the_newest_text_is_declared_and_names_the_duties() -> None:
    wording = load_wording()
    assert wording == load_attestations().versions[-1]
    assert wording.id == f"inform_callers:{wording.version}"
    duties = (
        "responsible for informing everyone",
        "its own staff",
        "stay in place",
        "companies receive",
        "once a year",
    )
    assert [duty for duty in duties if duty not in wording.text] == []


def test_a_text_that_is_not_the_one_of_its_digest_is_refused() -> None:
    bent = document()
    versions = bent["versions"]
    assert isinstance(versions, list)
    versions[0]["text"] += " Not."
    with pytest.raises(InvalidInput, match="not the one of its sha256"):
        check(AttestationFile, bent, name="en.yaml")


def test_versions_count_up_from_one() -> None:
    bent = document()
    text = "x" * 100
    bent["versions"] = [{"version": "2", "text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}]
    with pytest.raises(InvalidInput, match="count up"):
        check(AttestationFile, bent, name="en.yaml")
