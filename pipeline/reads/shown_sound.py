"""The redacted sound for a player, which asks for it piece by piece, and the waveform that is drawn of it.

A sound that somebody opened stays opened for some minutes in memory and nowhere else: it is in the audit log once for
each opening. Whether it may still be shown is asked again for every piece.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId, TenantId
from pipeline.ports.clock import Clock
from pipeline.reads.artifact import check_shown, read_redacted
from pipeline.redaction.peaks import find_peaks
from pipeline.store.artifacts import find_artifact
from pipeline.store.vault import Vault

STAYS: Final = timedelta(minutes=10)
_MOST_BYTES: Final = 400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSound:
    """One sound, opened for one person."""

    artifact: str
    body: bytes = field(repr=False)
    peaks: tuple[tuple[int, ...], ...] = field(repr=False)
    opened_at: datetime


class OpenSounds:
    """Sounds that are opened at the moment, the one that was asked for last at the end."""

    def __init__(self, vault: Vault, clock: Clock, *, most_bytes: int = _MOST_BYTES) -> None:
        """Begin with none; together they take at most `most_bytes`, but one always stays."""
        self._vault, self._clock, self._most = vault, clock, most_bytes
        self._open: OrderedDict[tuple[str, str, str], OpenSound] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, tenant: TenantId, recording: RecordingId, *, actor: str) -> OpenSound:
        """Give the newest redacted sound of a recording.

        Raises:
            NotFound: the tenant has none.
            NotPermitted: it is shown to nobody.
        """
        artifact = self._shown(tenant, recording)
        key = (tenant, artifact.id, actor)
        with self._lock:
            self._forget_old()
            found = self._open.get(key)
            if found is not None:
                self._open.move_to_end(key)
                return found
        kind = ArtifactKind.RECORDING_REDACTED
        body = read_redacted(self._vault, tenant, recording, kind, actor=actor, reason="review")
        made = OpenSound(artifact=artifact.id, body=body, peaks=find_peaks(body), opened_at=self._clock.now())
        with self._lock:
            self._open[key] = made
            while sum(len(sound.body) for sound in self._open.values()) > self._most and len(self._open) > 1:
                self._open.popitem(last=False)
        return made

    def _shown(self, tenant: TenantId, recording: RecordingId) -> Artifact:
        with self._vault.database.transaction(tenant) as tx:
            artifact = find_artifact(tx, recording, ArtifactKind.RECORDING_REDACTED)
            if artifact is None:
                raise NotFound(f"recording {recording} has no redacted sound")
            check_shown(tx, recording, artifact)
            return artifact

    def _forget_old(self) -> None:
        now = self._clock.now()
        for key in [key for key, sound in self._open.items() if sound.opened_at + STAYS <= now]:
            del self._open[key]
