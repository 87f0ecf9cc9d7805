"""The network's layers while they learn, beginning with the first layers of spaCy's own entity recogniser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from thinc.api import (
    HashEmbed,
    Linear,
    Maxout,
    Model,
    NumpyOps,
    chain,
    concatenate,
    expand_window,
    residual,
    set_current_ops,
)

from pipeline.redaction.tagger.features import TABLE_SIZE
from pipeline.redaction.tagger.network import LABELS, LAYERS, PIECES, WIDTH
from pipeline.redaction.tagger.turns import VIEWS
from pipeline.redaction.tagger.words import FLAGS, SEEDS, Floats

_DROPOUT: Final = 0.15
_QUIET: Final = 0.1
"""How loud the other turns are heard at the beginning."""


@dataclass(slots=True)
class Trainee:
    """The layers that learn."""

    hashes: Model[Any, Any]
    static: Model[Any, Any]
    mix: Model[Any, Any]
    flags: Model[Any, Any]
    features: Model[Any, Any]
    near: Model[Any, Any]
    told: Model[Any, Any]
    far: Model[Any, Any]
    out: Model[Any, Any]

    @property
    def models(self) -> tuple[Model[Any, Any], ...]:
        """All layers, in order."""
        return (self.hashes, self.static, self.mix, self.flags, self.features, self.near, self.told, self.far, self.out)

    @property
    def begun(self) -> tuple[Model[Any, Any], ...]:
        """The layers that spaCy's recogniser has too."""
        return (self.mix, self.near, self.far)


class _Arithmetic(NumpyOps):  # type: ignore[misc]  # thinc's is compiled and untyped
    """Matrix products by numpy's own library: quicker here than the one that thinc brings."""

    def gemm(self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
        product = (x.T if trans1 else x) @ (y.T if trans2 else y)
        if out is None:
            return product
        out[:] = product
        return out


def begin(nlp: Any) -> Trainee:
    """Make the layers, those that spaCy's recogniser has too as they are there, the rest without effect yet."""
    set_current_ops(_Arithmetic())
    theirs = nlp.get_pipe("ner").model.get_ref("tok2vec")
    tables = _nodes("hashembed", theirs)
    embeds: list[Any] = [
        HashEmbed(WIDTH, len(t.get_param("E")), column=c, seed=SEEDS[c], dropout=0.0) for c, t in enumerate(tables)
    ]
    trainee = Trainee(
        hashes=concatenate(*embeds),
        static=Linear(WIDTH, 300),
        mix=Maxout(WIDTH, WIDTH * 5, nP=PIECES, normalize=True, dropout=_DROPOUT),
        flags=Linear(WIDTH, FLAGS),
        features=Linear(WIDTH, TABLE_SIZE),
        near=_layers(),
        told=Maxout(WIDTH, WIDTH * VIEWS, nP=PIECES, normalize=True, dropout=_DROPOUT),
        far=_layers(),
        out=Linear(len(LABELS), WIDTH),
    )
    for model in trainee.models:
        model.initialize()
    _copy("E", _nodes("hashembed", trainee.hashes), tables)
    _copy("W", [trainee.static], _nodes("static_vectors", theirs))
    for param in ("W", "b"):
        _copy(param, _nodes("maxout", *trainee.begun), _nodes("maxout", theirs))
    for param in ("G", "b"):
        _copy(param, _nodes("layernorm", *trainee.begun), _nodes("layernorm", theirs))
    for node in (trainee.flags, trainee.features):
        _fill(node, "W", 0)
    for node in _nodes("layernorm", trainee.told):
        _fill(node, "G", _QUIET)
    return trainee


def _layers() -> Model[Any, Any]:
    """Make layers that see a word's neighbours."""
    return chain(*[
        residual(chain(expand_window(1), Maxout(WIDTH, WIDTH * 3, nP=PIECES, normalize=True, dropout=_DROPOUT)))
        for _ in range(LAYERS)
    ])  # fmt: skip


def weights_of(trainee: Trainee) -> dict[str, Floats]:
    """Give the learned arrays as the network reads them: of a maxout's pieces, all words of one piece together."""
    weights: dict[str, Floats] = {}
    for column, node in enumerate(_nodes("hashembed", trainee.hashes)):
        weights[f"table_{column}"] = node.get_param("E")
    (static,) = _nodes("linear", trainee.static)
    (flags,), (features,), (out,) = (_nodes("linear", m) for m in (trainee.flags, trainee.features, trainee.out))
    weights["static"] = static.get_param("W")
    weights["flags"], weights["flags_bias"] = flags.get_param("W").T, flags.get_param("b")
    weights["features"], weights["features_bias"] = features.get_param("W").T, features.get_param("b")
    named = ["mix", *(f"layer_{i}" for i in range(LAYERS)), "told", *(f"layer_{i}" for i in range(LAYERS, 2 * LAYERS))]
    parts = (trainee.mix, trainee.near, trainee.told, trainee.far)
    for name, node, norm in zip(named, _nodes("maxout", *parts), _nodes("layernorm", *parts), strict=True):
        weights[name] = node.get_param("W").transpose(1, 0, 2).reshape(PIECES * WIDTH, -1)
        weights[f"{name}_bias"] = node.get_param("b").T.reshape(-1)
        weights[f"{name}_gain"], weights[f"{name}_shift"] = norm.get_param("G"), norm.get_param("b")
    weights["out"], weights["out_bias"] = out.get_param("W"), out.get_param("b")
    return {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in weights.items()}


def _nodes(name: str, *models: Model[Any, Any]) -> list[Any]:
    """Give the layers of a name inside models, in order."""
    return [node for model in models for node in model.walk() if node.name == name]


def _copy(param: str, into: list[Any], given: list[Any]) -> None:
    for own, theirs in zip(into, given, strict=True):
        own.set_param(param, theirs.get_param(param).copy())


def _fill(node: Any, param: str, value: float) -> None:
    node.set_param(param, np.full_like(node.get_param(param), value))
