"""`make train`: trains again and holds the result against what is shipped; `--install` puts it in its place.

    python -m pipeline.redaction.training [--install] [FOLDER]

Exits 1 where a score differs from the shipped one's by more than 0.2 points, unless it is installed in its place.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from pipeline.redaction.fusion import FUSION
from pipeline.redaction.models import TAGGER
from pipeline.redaction.training.card import card
from pipeline.redaction.training.measure import Scores, measure
from pipeline.redaction.training.train import Amounts, held_out, train_taggers, weigh_evidence

_HELD: Final = 200
_HELD_SEED: Final = 78
_APART: Final = 0.2


@click.command()
@click.option("--install", is_flag=True, help="Ship what was trained, with its digest, card and scores.")
@click.argument("folder", type=click.Path(path_type=Path), default=Path(".data/training"))
def main(folder: Path, install: bool) -> None:
    """Train the taggers, weigh the evidence, score both, compare."""
    folder.mkdir(parents=True, exist_ok=True)
    shipped: Scores = json.loads((TAGGER / "scores.json").read_text(encoding="utf-8"))
    amounts = Amounts()
    train_taggers(folder, amounts)
    weigh_evidence(folder, amounts)
    scores = measure(folder, folder / "fusion.json", held_out(_HELD, seed=_HELD_SEED))
    digest = (folder / "weights.sha256").read_text(encoding="ascii").strip()
    size = (folder / "weights.npz").stat().st_size
    (folder / "scores.json").write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")
    (folder / "MODEL_CARD.md").write_text(card(amounts, scores, size_bytes=size, digest=digest, held=_HELD))
    if install:
        for name in ("weights.npz", "weights.sha256", "scores.json", "MODEL_CARD.md"):
            shutil.copyfile(folder / name, TAGGER / name)
        shutil.copyfile(folder / "fusion.json", FUSION)
    click.echo(compared(shipped, scores))
    if not install and not is_reproduced(shipped, scores):
        raise SystemExit(1)


def is_reproduced(shipped: Mapping[str, float], trained: Mapping[str, float]) -> bool:
    """Say whether every score is as the shipped one's, within what rounding on another machine may do."""
    return shipped.keys() == trained.keys() and all(abs(trained[name] - shipped[name]) <= _APART for name in shipped)


def compared(shipped: Mapping[str, float], trained: Mapping[str, float]) -> str:
    """Show both scores side by side."""
    lines = [f"{name:20} {shipped[name]:8.2f} {trained[name]:8.2f}" for name in shipped]
    return "\n".join([f"{'%':20} {'shipped':>8} {'trained':>8}", *lines])


if __name__ == "__main__":
    main()
