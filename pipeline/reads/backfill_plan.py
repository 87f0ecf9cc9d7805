"""What taking in earlier recordings would come to, by outcome. Nothing is written; files are read and forgotten.

It is judged by the very rule of the work itself, on what the vendor or the place of files has now.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pipeline.consent.attested import made_of, made_of_file
from pipeline.model.bulk import BulkOutcome
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.evidence import Attested
from pipeline.model.ids import TenantId
from pipeline.model.recording import uploaded_sid
from pipeline.model.tenant import Tenant
from pipeline.ports.deposit import Deposit
from pipeline.ports.recordings import RecordingsVendor
from pipeline.redaction.audio import describe
from pipeline.store.session import Transaction
from pipeline.store.taking import Candidate, why_not_taken
from pipeline.store.tenants import account_of, get_tenant
from pipeline.store.vault import Vault
from pipeline.store.vault_names import artifact_name

TAKEN_IN: Final = "taken_in"
"""How one is counted that would go through the line."""
_MOST_BYTES: Final = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """Whose recordings, and what is attested of them."""

    vault: Vault
    tenant: TenantId
    by_recording: Mapping[str, tuple[Attested, ...]]

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Open the tenant's transaction."""
        return self.vault.database.transaction(self.tenant)

    def owner(self) -> Tenant:
        """Read the tenant."""
        with self.transaction() as tx:
            return get_tenant(tx, keys=self.vault.keys)


def plan_from_vendor(parts: Planning, vendor: RecordingsVendor, *, since: date, until: date) -> dict[str, int]:
    """Count what would become of the vendor's recordings of some days, both ends among them.

    Raises:
        VendorError: the vendor could not be asked.
    """
    counts: Counter[str] = Counter()
    owner = parts.owner()
    for day in (since + timedelta(days=n) for n in range((until - since).days + 1)):
        begins = datetime.combine(day, time(), UTC)
        listed = vendor.list_recordings(account_of(owner), since=begins, until=begins + timedelta(days=1))
        with parts.transaction() as tx:
            for theirs in listed:
                sid = theirs.recording_sid
                one = Candidate(recording_sid=sid, made=made_of(theirs), attested=parts.by_recording.get(sid, ()))
                counts[_told(why_not_taken(tx, one, owner))] += 1
    return dict(sorted(counts.items()))


def plan_from_files(parts: Planning, deposit: Deposit) -> dict[str, int]:
    """Count what would become of the files of a place; each is read to know which one it is.

    Raises:
        NotFound: there is no such place.
        StoreUnreachable, StoreDenied: it cannot be read.
    """
    counts: Counter[str] = Counter()
    owner = parts.owner()
    for one in _candidates(parts, deposit):
        if one is None:
            counts[BulkOutcome.UNUSABLE.value] += 1
            continue
        with parts.transaction() as tx:
            counts[_told(why_not_taken(tx, one, owner))] += 1
    return dict(sorted(counts.items()))


def _candidates(parts: Planning, deposit: Deposit) -> Iterator[Candidate | None]:
    digest_key, seen = parts.vault.keys.digest_key(parts.tenant), set[str]()
    for file in deposit.list_files():
        try:
            body = deposit.read(file.name, most_bytes=_MOST_BYTES)
            facts = describe(body)
        except (InvalidInput, NotFound):
            yield None
            continue
        sha256 = hashlib.sha256(body).hexdigest()
        attested = parts.by_recording.get(sha256, ())
        if sha256 in seen:
            continue
        seen.add(sha256)
        yield Candidate(
            recording_sid=uploaded_sid(sha256),
            made=made_of_file(sha256, channels=facts.channels, duration_ms=facts.duration_ms, attested=attested),
            attested=attested,
            named=artifact_name(body, digest_key),
        )


def _told(left: BulkOutcome | None) -> str:
    return TAKEN_IN if left is None else left.value
