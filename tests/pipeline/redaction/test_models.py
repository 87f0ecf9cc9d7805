from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest
import tldextract

from pipeline.model.errors import IntegrityError
from pipeline.redaction.models import SPACY_PACKAGE, TAGGER, DetectionModels, checked, load_weights


def test_models_load_without_executing_their_packages(models: DetectionModels) -> None:
    assert models.nlp.pipe_names == []
    assert {own["out"].dtype for own in models.weights} == {np.dtype(np.float32)}
    assert SPACY_PACKAGE not in sys.modules


def test_the_shipped_weights_are_those_of_their_digest_and_small_enough_to_commit() -> None:
    assert len(load_weights()) > 1
    assert all(own.keys() >= {"table_0", "told", "out"} for own in load_weights())
    assert (TAGGER / "weights.npz").stat().st_size <= 15_000_000


def test_weights_other_than_their_digest_are_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.npz").write_bytes((TAGGER / "weights.npz").read_bytes() + b"x")
    with pytest.raises(IntegrityError, match=r"weights\.sha256 is missing"):
        load_weights(tmp_path)
    (tmp_path / "weights.sha256").write_bytes((TAGGER / "weights.sha256").read_bytes())
    with pytest.raises(IntegrityError, match="not the one"):
        load_weights(tmp_path)


def test_one_changed_byte_in_a_model_file_stops_the_load(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"measured")
    expected = {"weights": hashlib.sha256(b"measured").hexdigest()}
    assert checked(tmp_path, expected) == tmp_path
    path.write_bytes(b"measurEd")
    with pytest.raises(IntegrityError, match="not the one"):
        checked(tmp_path, expected)


def test_a_missing_model_file_stops_the_load(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="missing"):
        checked(tmp_path, {"weights": "0" * 64})


def test_public_suffixes_come_from_the_packaged_snapshot(models: DetectionModels) -> None:
    assert models.nlp
    extractor = tldextract.extract
    assert getattr(extractor, "suffix_list_urls", None) == ()


def test_the_dictionary_knows_ordinary_words_and_their_odd_forms(models: DetectionModels) -> None:
    assert {"elbow", "went", "children"} & models.dictionary == {"elbow", "went", "children"}
