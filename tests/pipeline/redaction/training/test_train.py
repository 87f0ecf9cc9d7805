from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.redaction.fusion import BASE, load_fusion
from pipeline.redaction.models import load_weights
from pipeline.redaction.tagger.network import LABELS, WIDTH
from pipeline.redaction.training.exchanges import load_material
from pipeline.redaction.training.train import Amounts, held_out, train_taggers, weigh_evidence

FEW = Amounts(invented=6, times=0, epochs=1, weighed=4)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    train_taggers(folder, FEW)
    return folder


def test_training_leaves_weights_that_load_and_their_digest(trained: Path) -> None:
    digest = hashlib.sha256((trained / "weights.npz").read_bytes()).hexdigest()
    assert (trained / "weights.sha256").read_text(encoding="ascii") == f"{digest}\n"
    first, second = load_weights(trained)
    assert first["out"].shape == second["out"].shape == (len(LABELS), WIDTH)
    assert not np.array_equal(first["out"], second["out"])


def test_training_again_gives_the_same_weights(trained: Path, tmp_path: Path) -> None:
    train_taggers(tmp_path, FEW)
    assert (tmp_path / "weights.sha256").read_bytes() == (trained / "weights.sha256").read_bytes()


def test_the_evidence_is_weighed_with_the_tagger_that_was_trained(trained: Path) -> None:
    weights = weigh_evidence(trained, FEW)
    assert load_fusion(trained / "fusion.json").rules == weights.rules
    assert len(json.loads((trained / "fusion.json").read_text(encoding="utf-8"))["base"]) == len(BASE)


def test_what_is_held_out_uses_no_exchange_that_is_trained_on() -> None:
    assert [c.conversation for c in held_out(3)] == [c.conversation for c in held_out(3)]
    trained_on = {e.turns for exchanges in load_material(held=False).exchanges.values() for e in exchanges}
    held = {e.turns for exchanges in load_material(held=True).exchanges.values() for e in exchanges}
    assert held
    assert not held & trained_on
