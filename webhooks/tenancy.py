"""What every request is answered with, and whose request it is.

The tenant comes from the path, or from the key of an API request, and never from what the body claims.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Protocol

from fastapi import Request

from pipeline.intake.control_recorder import RecorderControl
from pipeline.model.allowance import USUAL, Allowance
from pipeline.model.api_key import ALL_SCOPES, KeyHolder, read_key
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import TenantId, tenant_id
from pipeline.model.tenant import COMPANY_OF_ENGINE, Tenant
from pipeline.policies.loader import Law, load_law
from pipeline.ports.artifacts import Artifacts
from pipeline.ports.clock import Clock
from pipeline.ports.codes import CodeChannel
from pipeline.ports.events import EventPost
from pipeline.ports.identity import Identities
from pipeline.ports.keys import Keys
from pipeline.ports.queue import WorkQueue
from pipeline.ports.recordings import RecordingsVendor
from pipeline.ports.telephony import Telephony
from pipeline.reads.readiness import Readiness, readiness_of
from pipeline.reads.shown_sound import OpenSounds
from pipeline.reads.tenant_health import Recognisers
from pipeline.store.policy_cache import PolicyCache
from pipeline.store.session import Database
from pipeline.store.shared_commits import SharedCommits
from pipeline.store.system_session import find_holder, find_tenant_by_api_key
from pipeline.store.tenant_cache import TenantCache
from pipeline.store.tenants import account_of as account_of
from pipeline.store.vault import Vault


class Acts(Protocol):
    """Somebody who was let in: a person with an open session, or a program with a key."""

    @property
    def tenant(self) -> TenantId:
        """Whose data they may see."""
        ...

    @property
    def actor(self) -> str:
        """Their name in the audit log."""
        ...


_LOCAL: Final = Recognisers(processors=COMPANY_OF_ENGINE, configured=("local",))


@dataclass(frozen=True, kw_only=True)
class WebContext:
    """Chosen once by bootstrap, and the same for every request."""

    database: Database
    objects: Artifacts
    keys: Keys
    queue: WorkQueue
    recordings: RecordingsVendor
    telephony: Telephony
    clock: Clock
    public_base: str
    """What the vendor signs: scheme and host, no path. A request's own Host is never believed."""
    codes: tuple[CodeChannel, ...] = ()
    """How a one-time code reaches a person; without one, a person of the tenant attests who asks."""
    events: EventPost | None = None
    """The way to tenants' own servers; without it none is registered."""
    identity: Identities | None = None
    """The way to tenants' own identity providers; without it nobody comes in by one."""
    recognisers: Recognisers = _LOCAL
    """Which recognisers can be named, and which of them are set up."""
    metrics_token: str = field(default="", repr=False)
    """What `/metrics` asks for; without it there is no such page."""

    allowance: Allowance = USUAL
    """How often each API key may ask."""

    @cached_property
    def vault(self) -> Vault:
        """The way to sealed artifacts; people read through `pipeline.reads`, which audits."""
        return Vault(database=self.database, objects=self.objects, keys=self.keys)

    @cached_property
    def readiness(self) -> Readiness:
        """What asks database, store and keys whether they answer."""
        return readiness_of(self.vault)

    @cached_property
    def sounds(self) -> OpenSounds:
        """Redacted sounds that reviewers hear at the moment."""
        return OpenSounds(self.vault, self.clock)

    def control(self, owner: Tenant, *, callback_url: str = "") -> RecorderControl:
        """Give what tells the recorders of a tenant's calls; with an address also what starts them."""
        return RecorderControl(
            database=self.database, vendor=self.recordings, account=account_of(owner), callback_url=callback_url
        )

    @cached_property
    def law(self) -> Law:
        """The packaged law, loaded before the first call."""
        return load_law()

    @cached_property
    def tenants(self) -> TenantCache:
        """Tenants as they were last read; whoever acts on one checks that it still stands so."""
        return TenantCache(keys=self.keys)

    @cached_property
    def policies(self) -> PolicyCache:
        """The policy versions of tenants as they were last read."""
        return PolicyCache()

    @cached_property
    def commits(self) -> SharedCommits:
        """Commits that requests share."""
        return SharedCommits(self.database)


def context_of(request: Request) -> WebContext:
    """Give the application's context to a route."""
    context: WebContext = request.app.state.context
    return context


def tenant_in_path(text: str) -> TenantId:
    """Read the tenant of a path.

    Raises:
        NotFound: no tenant can have that name.
    """
    try:
        return tenant_id(text)
    except InvalidInput:
        raise NotFound from None


def tenant_of_key(context: WebContext, key: str) -> KeyHolder | None:
    """Find for whom an API key speaks, and what it may do; only digests are looked up.

    The key that a tenant was taken on with may do everything.
    """
    read = read_key(key)
    if read is not None:
        return find_holder(context.database, *read, now=context.clock.now())
    tenant = find_tenant_by_api_key(context.database, hashlib.sha256(key.encode()).hexdigest())
    return None if tenant is None else KeyHolder(tenant=tenant, scopes=ALL_SCOPES)
