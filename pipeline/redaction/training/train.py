"""The whole of training: taggers from invented calls and those told anew, then what each piece of evidence is worth.

Everything comes from one seed. On two machines the results differ by rounding alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import batched, chain, repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import click
import numpy as np
import numpy.typing as npt

from pipeline.model.entity import Entity
from pipeline.redaction.detect import Detector
from pipeline.redaction.evaluation.labelled import LabelledConversation
from pipeline.redaction.fusion import UNLEARNED, FusionWeights
from pipeline.redaction.models import DetectionModels, load_dictionary, load_language, load_weights
from pipeline.redaction.training.by_hand import load_by_hand, told_anew
from pipeline.redaction.training.dialogues import invent_dialogues
from pipeline.redaction.training.examples import examples_of
from pipeline.redaction.training.exchanges import load_material
from pipeline.redaction.training.fit import Reader, fit
from pipeline.redaction.training.labelled import labelled
from pipeline.redaction.training.trainee import begin, weights_of
from pipeline.redaction.training.weigh import Words, learn, words_of, written
from pipeline.redaction.vocabulary import load_vocabulary

_SEED: Final = 1
_HELD_SEED: Final = 77
_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How much is made: invented calls, tellings of each call written by hand, rounds, taggers, calls to weigh."""

    invented: int = 3200
    times: int = 4
    epochs: int = 7
    taggers: int = 2
    weighed: int = 200


def train_taggers(folder: Path, amounts: Amounts) -> None:
    """Train the taggers, a processor each, and leave `weights.npz` with its digest in a folder."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        learned = list(pool.map(_train, repeat(amounts), range(amounts.taggers)))
    arrays = {f"{place}.{name}": array for place, own in enumerate(learned) for name, array in own.items()}
    path = folder / "weights.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]  # numpy's stub takes its keywords for flags
    (folder / "weights.sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest() + "\n", encoding="ascii")


def _train(amounts: Amounts, place: int) -> dict[str, npt.NDArray[np.float16]]:
    """Train one tagger: each hears calls of its own making, and begins with other dice."""
    seed, name = _SEED + place, f"tagger {place + 1} of {amounts.taggers}"
    material = load_material(held=False)
    dialogues = chain(
        invent_dialogues(material, count=amounts.invented, seed=seed),
        told_anew(load_by_hand(kept_back=False), material, times=amounts.times, seed=seed),
    )
    examples = examples_of(dialogues)
    click.echo(f"{name}: {len(examples)} calls, {sum(len(e.labels) for e in examples)} words")
    nlp = load_language(pipes=("ner",))
    np.random.seed(seed)
    trainee, reader = begin(nlp), Reader(nlp, load_vocabulary(load_dictionary()))
    reader.learn(examples)
    fit(
        trainee,
        reader,
        examples,
        epochs=amounts.epochs,
        seed=seed,
        report=lambda epoch, loss: click.echo(f"{name}: round {epoch + 1} of {amounts.epochs}, loss {loss:.4f}"),
    )
    return {name: array.astype(np.float16) for name, array in weights_of(trainee).items()}


def weigh_evidence(folder: Path, amounts: Amounts) -> FusionWeights:
    """Learn the evidence's weights with the tagger of a folder, on calls it was not trained on; leave `fusion.json`."""
    models = DetectionModels(nlp=load_language(), weights=load_weights(folder), dictionary=load_dictionary())
    # What is installed now must have no say in what is learned.
    detector = Detector(models, weights=UNLEARNED)
    calls = [*load_by_hand(kept_back=True), *held_out(amounts.weighed)]
    words = [own for some in batched(calls, _AT_ONCE) for own in _seen(detector, some)]
    weights = learn(words)
    (folder / "fusion.json").write_text(written(weights), encoding="utf-8")
    return weights


def held_out(count: int, *, seed: int = _HELD_SEED) -> list[LabelledConversation]:
    """Invent calls of exchanges and words that training never uses."""
    return [labelled(d) for d in invent_dialogues(load_material(held=True), count=count, seed=seed)]


def _seen(detector: Detector, calls: Sequence[LabelledConversation]) -> list[Words]:
    seen: list[Words] = []
    for views, call in zip(detector.read([c.conversation for c in calls]), calls, strict=True):
        by_turn: dict[int, list[Entity]] = {}
        for entity in detector.find(views):
            by_turn.setdefault(entity.turn, []).append(entity)
        seen += [
            words_of(view, by_turn.get(view.turn.index, []), turn.labels)
            for view, turn in zip(views, call.turns, strict=True)
        ]
    return seen
