"""The demo's numbers are armed as any tenant's: listed at the stand-in, attested for, pointed at us, read back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pipeline.bootstrap import Base
from pipeline.decisions.attest import Declarant, attest, require_attestation
from pipeline.decisions.numbers import arm, list_number
from pipeline.model.errors import NotPermitted
from pipeline.model.tenant import Tenant
from pipeline.ports.telephony import Telephony
from samples.demo_tenants import DemoTenant
from samples.scenario import Scenario
from samples.twilio_standin import Standin

_WHO: Final = Declarant(name="The demo", role="nobody's employee")
_ACTOR: Final = "demo"


def arm_numbers(
    base: Base, calls: Iterable[tuple[DemoTenant, Scenario]], *, twilio: Standin, telephony: Telephony, public_base: str
) -> None:
    """Arm each number that a sample calls, for the tenant it is called at."""
    called = {(owner.tenant.id, scenario.to): owner for owner, scenario in calls}
    for tenant in {owner.tenant.id: owner.tenant for owner in called.values()}.values():
        _attest(base, tenant)
    for (tenant_id, number), owner in called.items():
        twilio.ledger.add_number(owner.account, number)
        list_number(base.vault, tenant_id, number, telephony=telephony, actor=_ACTOR)
        arm(base.vault, tenant_id, number, telephony=telephony, public_base=public_base, actor=_ACTOR)


def _attest(base: Base, tenant: Tenant) -> None:
    with base.database.transaction(tenant.id) as tx:
        try:
            require_attestation(tx, keys=base.keys)
        except NotPermitted:
            attest(tx, tenant, _WHO, keys=base.keys, actor=_ACTOR)
