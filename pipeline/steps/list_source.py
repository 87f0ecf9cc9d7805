"""List what a job is to take in: the vendor's recordings of a day, or the files of a place. Again, it adds nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import batched
from typing import Final

from pipeline.consent.attested import made_of
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId
from pipeline.steps.context import Receipt, StepContext
from pipeline.store.bulk_jobs import add_items, get_job
from pipeline.store.bulk_sources import file_key, open_place, plain_made, seal_source
from pipeline.store.tenants import account_of, get_tenant

_AT_ONCE: Final = 1_000
EVERYTHING: Final = ""
"""In the place of a day: the files of a place are listed in one go."""


def list_days(context: StepContext, tenant: TenantId, job: str) -> Receipt:
    """Name the parts in which a job is listed: days, oldest first, or all at once."""
    with context.vault.database.transaction(tenant) as tx:
        options = get_job(tx, job).options
    since, until = options.get("since"), options.get("until")
    if since is None or until is None:
        return {"days": [EVERYTHING]}
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    return {"days": [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]}


def list_source(context: StepContext, tenant: TenantId, job: str, day: str) -> Receipt:
    """Add what is found in one part to the job's items; count what was found.

    Raises:
        VendorError: the vendor could not be asked.
        StoreUnreachable, StoreDenied, NotFound: the place of the files cannot be listed.
    """
    return {"listed": _files(context, tenant, job) if day == EVERYTHING else _day(context, tenant, job, day)}


def _day(context: StepContext, tenant: TenantId, job: str, day: str) -> int:
    since = datetime.combine(date.fromisoformat(day), time(), UTC)
    keys = context.vault.keys
    with context.vault.database.transaction(tenant) as tx:
        owner = get_tenant(tx, keys=keys)
    listed = context.vendor.list_recordings(account_of(owner), since=since, until=since + timedelta(days=1))
    sealed = {}
    for theirs in sorted(listed, key=lambda one: (one.started_at or since, one.recording_sid)):
        made = made_of(theirs)
        source = {"sid": theirs.recording_sid, "made": plain_made(made) if made else None}
        sealed[theirs.recording_sid] = seal_source(source, keys=keys, tenant=tenant)
    with context.vault.database.transaction(tenant) as tx:
        add_items(tx, job, sealed)
    return len(listed)


def _files(context: StepContext, tenant: TenantId, job: str) -> int:
    keys = context.vault.keys
    with context.vault.database.transaction(tenant) as tx:
        place = open_place(tx, job, keys=keys)
    if context.deposits is None or not place:
        raise InvalidInput("no place of files can be opened here")
    listed = 0
    for files in batched(context.deposits(place).list_files(), _AT_ONCE):
        sealed = {
            file_key(file.name, keys=keys, tenant=tenant): seal_source({"name": file.name}, keys=keys, tenant=tenant)
            for file in files
        }
        with context.vault.database.transaction(tenant) as tx:
            add_items(tx, job, sealed)
        listed += len(files)
    return listed
