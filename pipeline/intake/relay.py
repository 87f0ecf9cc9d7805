"""An agent reached as text is connected only while the policy lists whoever hears and speaks for it, with evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipeline.model.tenant import Tenant, Topology
from pipeline.policies.bundle import Bundle
from pipeline.policies.processors import why_not_relay


def as_answered(owner: Tenant, bundle: Bundle, *, on: date) -> Tenant:
    """Give the tenant as its calls are answered by it on a day."""
    is_barred = owner.settings.topology is Topology.RELAY and why_not_relay(bundle, owner.registry, on=on) is not None
    return unreachable(owner) if is_barred else owner


def as_answered_unseen(owner: Tenant) -> Tenant:
    """Give the tenant as its calls are answered where its policy cannot be read: by nobody who needs one listed."""
    return unreachable(owner) if owner.settings.topology is Topology.RELAY else owner


def unreachable(owner: Tenant) -> Tenant:
    """Give the tenant without its agent: the caller is told goodbye, as where none is set up."""
    return replace(owner, secrets=replace(owner.secrets, agent_url=""))
