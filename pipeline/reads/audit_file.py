"""A tenant's audit log as files that anybody can check without us: events, signed checkpoints, public keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from pipeline.consent.jws import write_jwks
from pipeline.datasets.appearing import appearing
from pipeline.model.audit import AuditEntry, AuditEvent, AuditTag
from pipeline.model.checkpoint import checkpoint_prefix
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId
from pipeline.ports.artifacts import Artifacts
from pipeline.reads.audit_proof import Statement
from pipeline.store.audit import add_event, list_events
from pipeline.store.checkpoints import lock_checkpoints
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import list_public_keys
from pipeline.store.tenants import get_tenant
from pipeline.store.vault import Vault

LOG: Final = "log.jsonl"
CHECKPOINTS: Final = "checkpoints"
KEYS: Final = "keys.json"
_SUFFIX: Final = ".jws"
_MOST_BYTES: Final = 1 << 20


def export_log(vault: Vault, tenant: TenantId, folder: Path, *, actor: str, via: str = "") -> dict[str, int]:
    """Write a tenant's log, its checkpoints and its public keys into a new folder, and note it in the log first.

    Returns:
        How many events and checkpoints there are.

    Raises:
        InvalidInput: the folder is there and not empty, or nothing can be written beside it.
        NotFound: no such tenant.
        OSError: it cannot be written; nothing is left of it.
    """
    with appearing(folder) as part:
        with vault.database.transaction(tenant) as tx:
            get_tenant(tx, keys=vault.keys)
            add_event(tx, AuditTag.AUDIT_EXPORTED, actor=actor, target=tenant, facts={"via": via})
        (part / CHECKPOINTS).mkdir()
        with vault.database.transaction(tenant) as tx:
            lock_checkpoints(tx)  # so that the log names no checkpoint that is not exported
            return _write(tx, vault.objects, part)


def _write(tx: Transaction, objects: Artifacts, part: Path) -> dict[str, int]:
    events = checkpoints = 0
    with (part / LOG).open("w", encoding="utf-8") as out:
        for event in list_events(tx):
            out.write(write_event(event))
            events += 1
    keys = write_jwks([key.public_key for key in list_public_keys(tx)], tenant=tx.tenant)
    (part / KEYS).write_text(json.dumps(keys, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for checkpoints, statement in enumerate(stored_statements(objects, tx.tenant), start=1):
        name = f"{statement.seq:012d}-{checkpoints}{_SUFFIX}"  # two versions of one stay two files
        (part / CHECKPOINTS / name).write_bytes(statement.token)
    return {"events": events, "checkpoints": checkpoints}


def stored_statements(objects: Artifacts, tenant: TenantId) -> Iterator[Statement]:
    """Give every version of every checkpoint in the store, those too that somebody hid behind a delete marker."""
    for version in objects.list_versions(checkpoint_prefix(tenant)):
        if not version.is_delete_marker:
            name = version.key.rsplit("/", 1)[1]
            token = objects.get(version.key, version=version.version)
            yield Statement(seq=int(name) if name.isdecimal() else 0, token=token)


def read_statements(folder: Path) -> Iterator[Statement]:
    """Read the checkpoints of an export.

    Raises:
        InvalidInput: no such folder.
    """
    if not folder.is_dir():
        raise InvalidInput(f"{folder.name}: the folder of checkpoints is not there")
    for path in sorted(folder.iterdir()):
        if path.suffix == _SUFFIX and path.is_file():
            seq = path.name.removesuffix(_SUFFIX).split("-")[0]
            with path.open("rb") as file:
                yield Statement(seq=int(seq) if seq.isdecimal() else 0, token=file.read(_MOST_BYTES))


def write_event(event: AuditEvent) -> str:
    """Write an event as one line of JSON."""
    return json.dumps(asdict(event), sort_keys=True, default=str) + "\n"


def read_log(path: Path) -> Iterator[AuditEvent]:
    """Read an exported log, a line at a time.

    Raises:
        InvalidInput: no such file, or a line of it is no event.
    """
    if not path.is_file():
        raise InvalidInput("the file is not there")
    with path.open(encoding="utf-8", errors="replace") as lines:
        yield from _read(lines)


def _read(lines: Iterable[str]) -> Iterator[AuditEvent]:
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            at = datetime.fromisoformat(row["entry"]["at"])
            entry = AuditEntry(**{**row["entry"], "at": at})
            _check_shape(entry)
            yield AuditEvent(entry=entry, previous_hash=row["previous_hash"], hash=row["hash"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InvalidInput(f"line {number} is not an audit event") from error


def _check_shape(entry: AuditEntry) -> None:
    """Refuse values that no event of ours has: they could not be digested, or be taken for others.

    Raises:
        TypeError: one has another type.
    """
    texts = (entry.tenant, entry.tag, entry.actor, entry.target)
    if not all(isinstance(text, str) for text in texts) or not isinstance(entry.facts, dict):
        raise TypeError("a text and facts are expected")
    if type(entry.seq) is not int or not all(v is None or isinstance(v, str | int) for v in entry.facts.values()):
        raise TypeError("a number and plain facts are expected")
