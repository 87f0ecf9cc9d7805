"""The only way to readable words and sound: sealed on the way in, opened and checked on the way out.

A step that was killed after its object was written, but before its row was, finds that object again by `recover`,
so nothing that a processor was paid for is asked of it twice.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, IntegrityError, InvalidInput, NotFound
from pipeline.model.ids import ArtifactId, CallId, RecordingId, TenantId, new_id
from pipeline.ports.artifacts import Artifacts, StoredObject
from pipeline.ports.keys import Keys
from pipeline.store.artifacts import add_artifact, find_artifact, find_artifact_at
from pipeline.store.audit import Facts, add_event
from pipeline.store.holding import settle_lock
from pipeline.store.holds import lock_holds
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Database
from pipeline.store.vault_names import artifact_name, object_key, tenant_prefix
from pipeline.telemetry.traces import current_trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where the artifacts of one recording lie; of a call, a dataset or a request where there is no recording."""

    tenant: TenantId
    recording: RecordingId | None
    call: CallId | None
    on: date
    dataset: str | None = None
    request: str | None = None

    @property
    def subject(self) -> str:
        """Give the id that the objects lie under."""
        subject = self.recording or self.call or self.dataset or self.request
        if subject is None:
            raise InvalidInput("a shelf is of a recording, a call, a dataset or a request")
        return subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Sealed artifacts and their rows, together."""

    database: Database
    objects: Artifacts
    keys: Keys = field(repr=False)

    def keep(
        self,
        shelf: Shelf,
        kind: ArtifactKind,
        plaintext: bytes,
        *,
        parents: tuple[ArtifactId, ...] = (),
        meaning: tuple[AuditTag, Facts] | None = None,
    ) -> Artifact:
        """Seal and store bytes, then add row and audit event in one transaction. Repeating it changes nothing.

        What a legal hold covers is locked before its row is there: without its lock there is no row.

        Args:
            shelf: whose they are, and where they lie.
            kind: what they are.
            plaintext: the bytes.
            parents: what they were made from.
            meaning: a further audit event on the artifact, in the same transaction as its row.

        Raises:
            StoreUnreachable, StoreDenied: nothing is known to be stored; the step fails and is repeated.
            NotFound: it was purged, and is not made again.
            IntegrityError: another object is at this name.
        """
        name = artifact_name(plaintext, self.keys.digest_key(shelf.tenant))
        key = object_key(shelf.tenant, shelf.subject, kind, name, on=shelf.on)
        stored = self._put(shelf.tenant, kind, key, name, plaintext)
        return self._register(shelf, kind, name, stored, parents, meaning)

    def recover(self, shelf: Shelf, kind: ArtifactKind, *, parents: tuple[ArtifactId, ...] = ()) -> Artifact | None:
        """Find what an earlier attempt made: its row, or its object whose row was never written.

        Where two attempts each left an object, both get their rows, so that both are decided, held and purged; the
        newest row is the one in force, as for every later step.

        Raises:
            IntegrityError: an object is there whose bytes are not what its name says.
        """
        if shelf.recording is None:
            raise InvalidInput("what belongs to a call is made again, not recovered")
        with self.database.transaction(shelf.tenant) as tx:
            found = find_artifact(tx, shelf.recording, kind)
        if found is not None:
            return found
        prefix = object_key(shelf.tenant, shelf.subject, kind, "0" * 64, on=shelf.on)[:-64]
        made: list[Artifact] = []
        for version in self.objects.list_versions(prefix):
            if version.is_latest and not version.is_delete_marker:
                name = version.key.rsplit("/", 1)[1]
                self._open(shelf.tenant, kind, version.key, name)
                made.append(self._register(shelf, kind, name, self.objects.head(version.key), parents))
        return max(sorted(made, key=lambda a: a.id), key=lambda a: a.created_at, default=None)

    def read(self, artifact: Artifact) -> bytes:
        """Open an artifact for a step. People read through `pipeline.reads`, which audits.

        Raises:
            NotFound: the object is gone, or the tenant's key was destroyed.
            IntegrityError: altered, not what its name says, or outside the tenant's part of the store.
        """
        return self._open(artifact.tenant, artifact.kind, artifact.object_key, artifact.name)

    def _open(self, tenant: TenantId, kind: ArtifactKind, key: str, name: str) -> bytes:
        if not key.startswith(tenant_prefix(tenant)):
            raise IntegrityError("an artifact lies outside its tenant's part of the store")
        sealed = self.objects.get(key)
        plaintext = open_sealed(sealed, keys=self.keys, tenant=tenant, context=_context(kind, key))
        if artifact_name(plaintext, self.keys.digest_key(tenant)) != name:
            raise IntegrityError("an artifact's bytes are not what its name says")
        return plaintext

    def _put(self, tenant: TenantId, kind: ArtifactKind, key: str, name: str, plaintext: bytes) -> StoredObject:
        """Seal and store. An object that is there already is the one, once it was opened and seen to be what it says.

        It is not looked for beforehand: that a step is repeated is rare, and a store away from here is asked once.
        """
        sealed = seal(plaintext, keys=self.keys, tenant=tenant, context=_context(kind, key))
        try:
            return self.objects.put_if_absent(
                key,
                sealed,
                metadata={"kind": kind.value},
                tags={"tenant": tenant, "kind": kind.value, "training-eligible": "false", "disposition": "keep"},
            )
        except Conflict:
            with suppress(NotFound):  # where it is gone again meanwhile, the conflict stands
                stored = self.objects.head(key)
                self._open(tenant, kind, key, name)
                return stored
            raise

    def _register(
        self,
        shelf: Shelf,
        kind: ArtifactKind,
        name: str,
        stored: StoredObject,
        parents: tuple[ArtifactId, ...],
        meaning: tuple[AuditTag, Facts] | None = None,
    ) -> Artifact:
        with self.database.transaction(shelf.tenant) as tx:
            lock_holds(tx)  # a hold that is placed now finds the row, or the row finds the hold
            artifact = Artifact(
                id=ArtifactId(new_id("art")),
                tenant=shelf.tenant,
                recording=shelf.recording,
                call=shelf.call,
                kind=kind,
                name=name,
                object_key=stored.key,
                sealed_sha256=stored.sha256,
                size_bytes=stored.size_bytes,
                parents=parents,
                created_at=tx.now,
            )
            if not add_artifact(tx, artifact):
                found = find_artifact_at(tx, stored.key)
                if found is None:
                    self.objects.purge(stored.key)  # what was purged does not come back by being made again
                    raise NotFound("this artifact was purged and is not made again")
                return found
            facts: Facts = {"kind": kind.value, **_of(shelf), "sealed_sha256": stored.sha256} | _trace()
            add_event(tx, AuditTag.ARTIFACT_STORED, actor="system", target=artifact.id, facts=facts)
            if meaning is not None:
                add_event(tx, meaning[0], actor="system", target=artifact.id, facts=meaning[1])
            settle_lock(tx, self.objects, artifact)
            return artifact


def _of(shelf: Shelf) -> dict[str, str]:
    kind = "recording" if shelf.recording else "call" if shelf.call else "dataset" if shelf.dataset else "request"
    return {kind: shelf.subject}


def _trace() -> dict[str, str]:
    trace = current_trace()
    return {"trace": trace} if trace else {}


def _context(kind: ArtifactKind, key: str) -> dict[str, str]:
    return {"kind": kind.value, "object": key}
