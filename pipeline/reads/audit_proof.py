"""Checking an audit log without believing it: the chain is recomputed, and held against signed checkpoints.

The chain alone shows an event that was changed, removed or moved. Whoever recomputes every hash, or cuts the end off,
is found by the checkpoints, which are signed and lie where nobody can destroy them; a checkpoint that is missing is
found by the next one, or by the log that names it. Events are read once, in order, and none is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from pipeline.consent import jws
from pipeline.model.audit import GENESIS, AuditEvent, AuditTag, entry_hash
from pipeline.model.checkpoint import CHECKPOINT_TYP, Checkpoint, read_checkpoint
from pipeline.model.errors import IntegrityError

MOST_FAULTS: Final = 1000


class FaultKind(StrEnum):
    """What is wrong with a log or its checkpoints."""

    CHANGED = "changed"
    REMOVED = "removed"
    MOVED = "moved"
    REPEATED = "repeated"
    FOREIGN = "foreign"
    REWRITTEN = "rewritten"
    CUT = "cut"
    CHECKPOINT_CHANGED = "checkpoint_changed"
    CHECKPOINT_REMOVED = "checkpoint_removed"


_SAYS: Final[Mapping[FaultKind, str]] = {
    FaultKind.CHANGED: "is not what was written",
    FaultKind.REMOVED: "is missing",
    FaultKind.MOVED: "stands in another place",
    FaultKind.REPEATED: "stands here twice",
    FaultKind.FOREIGN: "is of another tenant",
    FaultKind.REWRITTEN: "is not what was signed: the log was rewritten with new hashes",
    FaultKind.CUT: "was signed, and the log ends before it",
    FaultKind.CHECKPOINT_CHANGED: "has a checkpoint that does not hold",
    FaultKind.CHECKPOINT_REMOVED: "had a checkpoint that is missing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, with the first and last event that it is about."""

    kind: FaultKind
    seq: int
    to_seq: int

    @property
    def says(self) -> str:
        """Say it in a sentence."""
        which = f"event {self.seq}" if self.seq == self.to_seq else f"one of the events {self.seq} to {self.to_seq}"
        if self.kind in (FaultKind.REMOVED, FaultKind.CUT) and self.seq != self.to_seq:
            which = f"each of the events {self.seq} to {self.to_seq}"
        return f"{which} {_SAYS[self.kind]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A checkpoint's statement as it was found; `seq` is where it was filed, 0 where that is not known."""

    seq: int
    token: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPoints:
    """Checkpoints whose signatures hold, in the log's order, and what is wrong with them by themselves."""

    points: tuple[tuple[Checkpoint, str, str], ...]
    """Each with the SHA-256 of its statement and the key that signed it."""
    faults: tuple[Fault, ...]
    is_pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProof:
    """What was found. Events after `signed_to` are held by the chain alone: their end can be cut unseen."""

    events: int
    faults: tuple[Fault, ...]
    left_off: int
    """How many faults were found beyond those that are listed."""
    checkpoints: int
    signed_to: int
    signed_at: datetime | None
    is_pinned: bool

    @property
    def broken_at(self) -> int | None:
        """Give the first event that something is wrong with."""
        return min((fault.seq for fault in self.faults), default=None)


def read_points(statements: Iterable[Statement], *, pinned: Mapping[str, bytes] | None) -> SignedPoints:
    """Check every checkpoint by itself and against the one before it.

    Args:
        statements: in any order; a copy of the same statement is the same checkpoint.
        pinned: public keys from elsewhere; None takes each statement's own, which proves only that it is whole.
    """
    found: dict[str, tuple[Checkpoint, str, str]] = {}
    faults: list[Fault] = []
    for statement in statements:
        try:
            signed = jws.verify(statement.token.decode("ascii", "replace"), typ=CHECKPOINT_TYP, pinned=pinned)
            checkpoint = read_checkpoint(signed.payload)
        except IntegrityError:
            faults.append(_one(FaultKind.CHECKPOINT_CHANGED, statement.seq))
            continue
        if statement.seq not in (0, checkpoint.seq):
            faults.append(_one(FaultKind.CHECKPOINT_CHANGED, statement.seq))
        digest = hashlib.sha256(statement.token).hexdigest()
        found[digest] = (checkpoint, digest, signed.kid)
    points = tuple(sorted(found.values(), key=lambda point: point[0].seq))
    before: tuple[int, str | None] = (0, None)
    for checkpoint, digest, _ in points:
        if checkpoint.seq == before[0]:
            faults.append(_one(FaultKind.CHECKPOINT_CHANGED, checkpoint.seq))
        elif checkpoint.previous != before[1]:
            kind = FaultKind.CHECKPOINT_REMOVED
            faults.append(Fault(kind=kind, seq=before[0] + 1, to_seq=max(checkpoint.seq - 1, before[0] + 1)))
        before = (checkpoint.seq, digest)
    return SignedPoints(points=points, faults=tuple(faults), is_pinned=pinned is not None)


def check_log(events: Iterable[AuditEvent], *, signed: SignedPoints | None = None) -> LogProof:
    """Recompute a log from its first event and hold it against its checkpoints.

    Args:
        events: one tenant's, as they are stored.
        signed: the checkpoints; None where none were given: then nothing shows that the end was cut.
    """
    reading = _Reading(signed)
    for event in events:
        reading.take(event)
    return reading.proof()


class _Reading:
    """One pass over a log. Keeps numbers and the checkpoints, never an event."""

    def __init__(self, signed: SignedPoints | None) -> None:
        self._signed = signed
        self._faults: list[Fault] = list(signed.faults) if signed else []
        self._left_off = 0
        self._count, self._expected, self._previous = 0, 1, GENESIS
        self._tenant: str | None = signed.points[0][0].tenant if signed and signed.points else None
        self._gaps: list[tuple[int, int]] = []
        self._changed = 0
        self._points = {checkpoint.seq: (checkpoint, digest, kid) for checkpoint, digest, kid in _of(signed)}
        self._good: Checkpoint | None = None
        self._digests = {digest for _, digest, _ in _of(signed)}
        self._kids: set[str] = set()

    def take(self, event: AuditEvent) -> None:
        self._count += 1
        entry, seq = event.entry, event.entry.seq
        self._tenant = self._tenant or entry.tenant
        if event.hash != entry_hash(entry, previous_hash=event.previous_hash):
            self._say(FaultKind.CHANGED, seq)
            self._changed = seq
        elif entry.tenant != self._tenant:
            self._say(FaultKind.FOREIGN, seq)
            return
        if seq < self._expected:
            self._take_late(seq)
            return
        if seq > self._expected:
            self._gaps.append((self._expected, seq - 1))
        elif event.previous_hash != self._previous and self._changed not in (seq, seq - 1):
            self._say(FaultKind.CHANGED, max(1, seq - 1))
        self._expected, self._previous = seq + 1, event.hash
        self._note(event)

    def proof(self) -> LogProof:
        for first, last in self._gaps:
            self._say(FaultKind.REMOVED, first, last)
        last_signed = max(self._points, default=0)
        if last_signed >= self._expected:
            self._say(FaultKind.CUT, self._expected, last_signed)
        for checkpoint, _, kid in _of(self._signed):
            is_unknown = kid not in self._kids and not self._gaps and checkpoint.seq < self._expected
            if checkpoint.tenant != self._tenant or is_unknown:
                self._say(FaultKind.CHECKPOINT_CHANGED, checkpoint.seq)
        return LogProof(
            events=self._count,
            faults=tuple(sorted(dict.fromkeys(self._faults), key=lambda f: (f.seq, f.to_seq, f.kind))),
            left_off=self._left_off,
            checkpoints=len(self._points),
            signed_to=self._good.seq if self._good else 0,
            signed_at=self._good.at if self._good else None,
            is_pinned=self._signed is not None and self._signed.is_pinned,
        )

    def _take_late(self, seq: int) -> None:
        """An event after a later one: it was moved where it is missing before, else it stands here twice."""
        for at, (first, last) in enumerate(self._gaps):
            if first <= seq <= last:
                self._gaps[at : at + 1] = [gap for gap in ((first, seq - 1), (seq + 1, last)) if gap[0] <= gap[1]]
                self._say(FaultKind.MOVED, seq)
                return
        self._say(FaultKind.REPEATED, seq)

    def _note(self, event: AuditEvent) -> None:
        """Hold an event against its checkpoint, and remember which checkpoints and keys the log names."""
        entry = event.entry
        if entry.tag == AuditTag.SIGNING_KEY_MADE:
            self._kids.add(entry.target)
        is_checkpoint = entry.tag == AuditTag.AUDIT_CHECKPOINT and self._signed is not None
        if is_checkpoint and entry.facts.get("sha256") not in self._digests:
            named = entry.facts.get("seq")
            self._say(FaultKind.CHECKPOINT_REMOVED, named if isinstance(named, int) else entry.seq)
        point = self._points.get(entry.seq)
        if point is not None and point[0].hash == event.hash:
            self._good = point[0]
        elif point is not None:
            self._say(FaultKind.REWRITTEN, (self._good.seq if self._good else 0) + 1, entry.seq)

    def _say(self, kind: FaultKind, seq: int, to_seq: int | None = None) -> None:
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(Fault(kind=kind, seq=seq, to_seq=seq if to_seq is None else to_seq))
        else:
            self._left_off += 1


def _of(signed: SignedPoints | None) -> tuple[tuple[Checkpoint, str, str], ...]:
    return signed.points if signed else ()


def _one(kind: FaultKind, seq: int) -> Fault:
    return Fault(kind=kind, seq=seq, to_seq=seq)
