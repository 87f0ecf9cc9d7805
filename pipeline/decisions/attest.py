"""A person declares, in a tenant's name, its duty to inform everyone on a call."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotPermitted
from pipeline.model.ids import new_id
from pipeline.model.tenant import Tenant
from pipeline.policies.attestations import Wording, load_wording
from pipeline.ports.keys import Keys
from pipeline.store.attestations import Attestation, add_attestation, find_newest_attestation
from pipeline.store.audit import add_event
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import sign

TYP: Final = "earmark-attestation"
"""The `typ` of its signature, so that no other signed statement passes for one."""
GOOD_FOR: Final = timedelta(days=365)
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarant:
    """Who declares. Kept only sealed."""

    name: str = field(repr=False)
    role: str = field(repr=False)


def attest(tx: Transaction, owner: Tenant, who: Declarant, *, keys: Keys, actor: str) -> Attestation:
    """Keep a declaration of the words in force, signed with the tenant's key; an earlier one stays.

    Args:
        tx: the tenant's transaction.
        owner: the tenant in whose name it is declared.
        who: the person, by name and role.
        keys: the keeper of keys.
        actor: who entered it.

    Raises:
        InvalidInput: no name or no role, or one that is no line of text.
        NotFound: the tenant's key was destroyed, so nothing can be signed in its name.
    """
    for part in (who.name, who.role):
        if not part.strip() or len(part) > _LONGEST or not part.isprintable():
            raise InvalidInput(f"a declaration needs a name and a role, each a line of at most {_LONGEST} characters")
    wording, made = load_wording(), new_id("att")
    body = json.dumps(_statement(made, owner, who, wording, tx.now), sort_keys=True, ensure_ascii=False).encode()
    statement, kid = sign(tx, body, typ=TYP, keys=keys, actor=actor)
    kept = Attestation(
        id=made,
        wording_id=wording.id,
        wording_sha256=wording.sha256,
        statement=statement,
        kid=kid,
        actor=actor,
        at=tx.now,
    )
    add_attestation(tx, kept, keys=keys)
    facts = {"wording": wording.id, "wording_sha256": wording.sha256, "kid": kid}
    add_event(tx, AuditTag.NUMBER_ATTESTED, actor=actor, target=made, facts=facts)
    return kept


def require_attestation(tx: Transaction, *, keys: Keys) -> Attestation:
    """Give the declaration that is in force.

    Raises:
        NotPermitted: there is none, or it is older than a year.
    """
    newest = find_newest_attestation(tx, keys=keys)
    if newest is None:
        raise NotPermitted("the tenant has not attested its duty to inform callers: earmark number attest")
    if tx.now - newest.at > GOOD_FOR:
        raise NotPermitted("the tenant's attestation is older than a year: earmark number attest")
    return newest


def _statement(made: str, owner: Tenant, who: Declarant, wording: Wording, at: datetime) -> dict[str, Any]:
    return {
        "format": 1,
        "attestation": made,
        "tenant": owner.id,
        "company": owner.display_name,
        "account_sid": owner.account_sid,
        "wording": {"id": wording.id, "sha256": wording.sha256, "text": wording.text},
        "declared_by": {"name": who.name.strip(), "role": who.role.strip()},
        "declared_at": at.astimezone(UTC).isoformat(),
    }
