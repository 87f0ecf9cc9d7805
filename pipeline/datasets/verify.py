"""The trainer's check of a dataset, with files alone: no database, no vault, no network.

A dataset is used whole or not at all: one row that is missing, altered, added, out of order, recalled or of another
instance refuses it, and is named. Nothing that a signature does not cover is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

from pipeline.consent.receipt_proof import Trusted
from pipeline.datasets.index import INDEX, digest_of, read_index
from pipeline.datasets.manifest import MANIFEST, MOST_CHARS, FilePart, ManifestPart, read_manifest
from pipeline.datasets.recalls import RECALLS, Recalled, read_recalls, recalled_of
from pipeline.datasets.shard_check import Fault, check_shard
from pipeline.datasets.shards import shard_name
from pipeline.model.dataset import EXTENSIONS, DatasetRow, scope_of
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import IntegrityError, InvalidInput

_NOBODY: Final = Recalled(digests=frozenset(), recordings=frozenset(), artifacts=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of checking a dataset; it may be used only where there is no fault."""

    faults: tuple[Fault, ...]
    manifest: ManifestPart | None = None
    kid: str | None = None
    is_pinned: bool = False
    """The key was given by the trainer, and not only by the dataset itself."""
    is_held_against_recalls: bool = False

    @property
    def is_whole(self) -> bool:
        """Say whether the dataset may be used."""
        return not self.faults


@dataclass(slots=True)
class _Check:
    """One dataset under check."""

    folder: Path
    manifest: ManifestPart
    recalled: Recalled = _NOBODY
    faults: list[Fault] = field(default_factory=list)

    def say(self, where: str, what: str) -> None:
        self.faults.append(Fault(where=where, what=what))


def verify_dataset(
    folder: Path, *, recalls: bytes | None = None, trusted: Trusted | None = None, instance: str | None = None
) -> Verdict:
    """Check a dataset to its last byte.

    Args:
        folder: the dataset.
        recalls: the tenant's signed recall list, as it was fetched last.
        trusted: the tenant's public keys, from elsewhere; None takes the key that the dataset brings.
        instance: the one developer instance whose model is to learn from it; None where it is not for one.

    Raises:
        InvalidInput: there is no such folder.
    """
    if not folder.is_dir():
        raise InvalidInput("there is no such dataset")
    pinned = trusted.keys if trusted is not None else None
    try:
        manifest, signed = read_manifest(_read(folder / MANIFEST), pinned=pinned)
    except IntegrityError as error:
        return Verdict(faults=(Fault(where=MANIFEST, what=str(error)),))
    check = _Check(folder=folder, manifest=manifest)
    _check_manifest(check, trusted, instance)
    if recalls is not None:
        _read_recalls(check, recalls, pinned)
    if not check.faults:
        _check_files(check)
    return Verdict(
        faults=tuple(check.faults),
        manifest=manifest,
        kid=signed.kid,
        is_pinned=signed.is_pinned,
        is_held_against_recalls=recalls is not None,
    )


def _read(path: Path) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise IntegrityError("missing")
    if path.stat().st_size > MOST_CHARS:
        raise IntegrityError("too large to be one of ours")
    return path.read_bytes()


def _check_manifest(check: _Check, trusted: Trusted | None, instance: str | None) -> None:
    """Hold the manifest against what the trainer expects, and against the form that we write."""
    manifest, models = check.manifest, check.manifest.for_models
    if trusted is not None and trusted.tenant not in (None, manifest.tenant):
        check.say(MANIFEST, "of another tenant than the keys are")
    if [part.name for part in manifest.shards] != [shard_name(n) for n in range(len(manifest.shards))]:
        check.say(MANIFEST, "its shards are not called as ours are")
    if manifest.index.name != INDEX or manifest.index.rows != sum(part.rows for part in manifest.shards):
        check.say(MANIFEST, "its index is not one of its shards")
    is_named = (manifest.scope in (TrainingScope.OWN_INSTANCE, TrainingScope.TENANT_FEATURE)) == (
        manifest.scope_id is not None
    )
    if manifest.scope is TrainingScope.NONE or not is_named:
        check.say(MANIFEST, "it does not say whose models may learn from it")
    if instance is not None and models != scope_of(TrainingScope.OWN_INSTANCE, instance=instance, feature=None):
        check.say(MANIFEST, f"the dataset is for {models} and not for this instance")


def _read_recalls(check: _Check, token: bytes, pinned: Mapping[str, bytes] | None) -> None:
    try:
        listed, _ = read_recalls(token, pinned=pinned)
    except IntegrityError as error:
        return check.say(RECALLS, str(error))
    if listed.tenant != check.manifest.tenant:
        return check.say(RECALLS, "of another tenant than the dataset is")
    if listed.created_at < check.manifest.created_at:
        return check.say(RECALLS, "older than the dataset: fetch it again")
    check.recalled = recalled_of(listed.rows)
    return None


def _check_files(check: _Check) -> None:
    """Check that there is what was signed for and nothing else, then every row."""
    if not _has_index(check):
        return
    index = check.folder / INDEX
    is_signed = digest_of(index) == (check.manifest.index.sha256, check.manifest.index.size)
    if not is_signed:
        check.say(INDEX, "altered: not the bytes that were signed for")
    try:
        # Of an altered index only what it says of single rows is told, so that the row can be named.
        _check_rows(check, read_index(index))
    except IntegrityError as error:
        if is_signed:
            check.say(INDEX, str(error))


def _has_index(check: _Check) -> bool:
    """Name what is missing, added or no plain file; say whether there is an index to go on with."""
    signed = {MANIFEST, INDEX, *(part.name for part in check.manifest.shards)}
    there = {path.name: path for path in check.folder.iterdir()}
    unsound = {name for name in signed & there.keys() if there[name].is_symlink() or not there[name].is_file()}
    check.faults += [
        *(Fault(where=name, what="added: it is not part of the dataset") for name in sorted(there.keys() - signed)),
        *(Fault(where=name, what="not a plain file") for name in sorted(unsound)),
        *(Fault(where=name, what="missing") for name in sorted(signed - there.keys())),
    ]
    return INDEX in there and INDEX not in unsound


def _check_rows(check: _Check, rows: Iterable[DatasetRow]) -> None:
    parts = {part.name: part for part in check.manifest.shards}
    waiting = dict(parts)
    for shard, group in groupby(_each(check, rows), key=lambda row: row.shard):
        found, part = list(group), waiting.pop(shard, None)
        if part is None:
            what = "re-ordered: its shard came before" if shard in parts else "in no shard of the dataset"
            check.faults += [Fault(where=f"row {row.member}", what=what) for row in found]
        else:
            check.faults += check_shard(check.folder / shard, part, found)
    for part in waiting.values():
        _check_unnamed(check, part)


def _each(check: _Check, rows: Iterable[DatasetRow]) -> Iterator[DatasetRow]:
    """Check what the index says of each row by itself."""
    manifest, excluded, last = check.manifest, frozenset(check.manifest.excluded), ""
    for row in rows:
        if row.kind not in EXTENSIONS:
            check.say(f"row {row.row}", f"of a kind that no dataset has: {row.kind}")
            continue
        where = f"row {row.member}"
        if row.member <= last:
            check.say(where, "re-ordered, or there twice in the index")
        if (row.scope, row.scope_id) != (manifest.scope, manifest.scope_id):
            check.say(where, f"of another instance, feature or scope than {manifest.for_models}")
        if check.recalled.forbids(row):
            check.say(where, "recalled")
        elif row.sha256 in excluded:
            check.say(where, "recalled before the dataset was made")
        last = row.member
        yield row


def _check_unnamed(check: _Check, part: FilePart) -> None:
    """A shard of which the index has no row: each of its members was left out of the index."""
    check.faults += check_shard(check.folder / part.name, part, ())
