from __future__ import annotations

from pipeline.redaction.models import TAGGER
from pipeline.redaction.training.card import card
from pipeline.redaction.training.train import Amounts


def test_the_card_tells_amounts_scores_and_digest() -> None:
    written = card(Amounts(invented=1234, times=5), {"leak": 1.5}, size_bytes=3_400_000, digest="ab" * 32, held=20)
    assert all(part in written for part in ("1,234", "5 times", "leak 1.5", "3.4 MB", "ab" * 32, "20 calls"))


def test_the_shipped_card_is_of_the_shipped_weights() -> None:
    digest = (TAGGER / "weights.sha256").read_text(encoding="ascii").strip()
    assert digest in (TAGGER / "MODEL_CARD.md").read_text(encoding="utf-8")
