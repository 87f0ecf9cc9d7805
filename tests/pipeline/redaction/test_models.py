from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest
import tldextract

from pipeline.model.errors import IntegrityError
from pipeline.redaction.models import RAMPART_PACKAGE, SPACY_PACKAGE, DetectionModels, checked


def test_models_load_without_executing_their_packages(models: DetectionModels) -> None:
    assert models.nlp.pipe_names == ["tok2vec", "ner"]
    assert models.labels[0] == "O"
    assert SPACY_PACKAGE not in sys.modules
    assert RAMPART_PACKAGE not in sys.modules


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
    assert models.labels
    extractor = tldextract.extract
    assert getattr(extractor, "suffix_list_urls", None) == ()


def test_the_dictionary_knows_ordinary_words_and_their_odd_forms(models: DetectionModels) -> None:
    assert {"elbow", "went", "children"} & models.dictionary == {"elbow", "went", "children"}
