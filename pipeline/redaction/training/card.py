"""The model card: what the tagger is, what it was made from, what it was measured at, what it is not for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.redaction.training.train import Amounts

_CARD: Final = """# Model card: Earmark's tagger

Written by `make train`; do not edit.

- **What it does**: says for each word of an English telephone transcript how likely it is to be personal data, and of
  what kind, with the whole conversation in view. `fusion.json` beside its package weighs it with rules and dialogue.
- **Made from**: the first layers of the entity recogniser of spaCy's `en_core_web_md` 3.8.0 (MIT), whose static word
  vectors it reads at run time, trained further on invented calls alone: {invented} calls put together of the exchanges
  in `training/exchanges`, and the calls of `training/by_hand` (written for this purpose) told anew {times} times each
  with other names, digits and noise; {epochs} rounds. {taggers} networks are trained apart, each on tellings of its
  own, and their shares averaged. No public collection of dialogues is in it, and nobody's call.
- **File**: `weights.npz`, {size:.1f} MB, half precision, SHA-256 `{digest}`.
- **Measured** on {held} calls invented of exchanges and words that the networks never saw, with rules and dialogue as
  in use, in %: {scores}. The evidence was weighed on other calls of these exchanges and words.
- **Not for**: other languages than English, written text, deciding anything about a person. Names and ways of asking
  that nobody thought of are missed more often; `make eval` measures on any labelled file.
- **Licence**: Apache-2.0, as the project; spaCy's layers MIT.
"""


def card(amounts: Amounts, scores: Mapping[str, float], *, size_bytes: int, digest: str, held: int) -> str:
    """Write the card."""
    return _CARD.format(
        invented=f"{amounts.invented:,}",
        times=amounts.times,
        epochs=amounts.epochs,
        taggers=amounts.taggers,
        size=size_bytes / 1e6,
        digest=digest,
        held=held,
        scores=", ".join(f"{name} {value:g}" for name, value in scores.items()),
    )
