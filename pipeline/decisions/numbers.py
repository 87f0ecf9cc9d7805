"""A tenant's telephone numbers: listed, armed, disarmed. Only an armed number's calls may be recorded.

Arming speaks to the vendor before anything changes here, disarming after: in doubt nothing is recorded.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.decisions.attest import require_attestation
from pipeline.model.addresses import Again, address
from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, InvalidInput, NotFound, NotPermitted, VendorBrokeContract
from pipeline.model.ids import TenantId
from pipeline.model.processor import is_proved
from pipeline.model.telephone import is_e164
from pipeline.model.tenant import Tenant
from pipeline.ports.telephony import NumberUrls, Telephony
from pipeline.store.audit import add_event
from pipeline.store.numbers import OwnNumber, add_number, get_number, mark_armed, mark_disarmed
from pipeline.store.session import Transaction
from pipeline.store.tenants import account_of, get_tenant
from pipeline.store.vault import Vault

_ELSEWHERE: Final = re.compile(r"(?:sip:[^\s@;]{1,64}@[A-Za-z0-9.-]{1,253}(?::\d{1,5})?|client:[^\s]{1,121})")
_VENDOR: Final = "twilio"
_CLEARED: Final = NumberUrls(voice="", fallback="", status="")


def number_urls(public_base: str, tenant: TenantId) -> NumberUrls:
    """Say where a vendor is to ask for a tenant's calls."""
    return NumberUrls(
        voice=address(public_base, tenant, "voice", Again.DOCUMENT, {}),
        fallback=address(public_base, tenant, "fallback", Again.DOCUMENT, {}),
        status=address(public_base, tenant, "status", Again.NEWS, {}),
    )


def list_number(vault: Vault, tenant: TenantId, number: str, *, telephony: Telephony, actor: str) -> OwnNumber:
    """List a number of the tenant's account; listing it again changes nothing.

    Raises:
        InvalidInput: not a number in international form.
        NotFound: no such tenant, or the number is not in its account.
        VendorError: the vendor did not say.
    """
    if not is_e164(number):
        raise InvalidInput("a number is written in international form, such as +12125550123")
    owner = _owner(vault, tenant)
    theirs = next((n for n in telephony.list_numbers(account_of(owner)) if n.number == number), None)
    if theirs is None:
        raise NotFound("the number is not in the tenant's account at the vendor")
    return _list(vault, tenant, number, theirs.number_sid, actor)


def list_elsewhere(vault: Vault, tenant: TenantId, number: str, *, actor: str) -> OwnNumber:
    """List a number, SIP address or client that somebody else points at us; listing it again changes nothing.

    Raises:
        InvalidInput: not a number in international form, `sip:user@host` or `client:name`.
        NotFound: no such tenant.
    """
    if not is_e164(number) and not _ELSEWHERE.fullmatch(number):
        raise InvalidInput("elsewhere is a number such as +12125550123, sip:user@host or client:name")
    _owner(vault, tenant)
    return _list(vault, tenant, number, None, actor)


def arm(vault: Vault, tenant: TenantId, named: str, *, telephony: Telephony, public_base: str, actor: str) -> OwnNumber:
    """Point a number at us, read back that it is, and only then let its calls be recorded.

    Args:
        vault: database and keys.
        tenant: whose number.
        named: the number, the vendor's SID of it, or our id.
        telephony: the vendor; not asked for a number that somebody else points.
        public_base: where the vendor reaches us.
        actor: who arms it.

    Raises:
        NotFound: no such number is listed, or it is no longer in the account.
        NotPermitted: no attestation or no evidence about the vendor in force, or the tenant is closed.
        Conflict: an application or a trunk answers the number, or somebody else changed it meanwhile.
        VendorError: the vendor did not do it, or reads back something else; nothing changed here.
    """
    with vault.database.transaction(tenant) as tx:
        owner = get_tenant(tx, keys=vault.keys)
        if not owner.is_active:
            raise NotPermitted("the tenant is closed")
        require_attestation(tx, keys=vault.keys)
        number = get_number(tx, named, keys=vault.keys)
        if not is_proved(_VENDOR, owner.registry, on=tx.now.date()):
            raise NotPermitted("no evidence in force about twilio is on file: earmark processor record twilio")
    if number.number_sid is not None:
        _point(owner, number, number.number_sid, telephony, number_urls(public_base, tenant))
    with vault.database.transaction(tenant) as tx:
        attestation = require_attestation(tx, keys=vault.keys)
        if get_number(tx, number.id, keys=vault.keys).state != number.state:
            raise Conflict("somebody else armed or disarmed the number meanwhile; nothing was changed")
        is_read_back = number.number_sid is not None
        mark_armed(tx, number.number, keys=vault.keys, attestation_id=attestation.id, is_read_back=is_read_back)
        facts = {"attestation": attestation.id, "number_sid": number.number_sid, "is_read_back": is_read_back}
        add_event(tx, AuditTag.NUMBER_ARMED, actor=actor, target=number.id, facts=facts)
        return get_number(tx, number.id, keys=vault.keys)


def disarm(tx: Transaction, vault: Vault, named: str, *, actor: str, reason: str) -> OwnNumber:
    """Let no call of a number be recorded from this transaction on; the vendor is not asked.

    Raises:
        NotFound: no such number is listed.
        InvalidInput: no reason.
    """
    if not reason.strip():
        raise InvalidInput("disarming a number needs a reason")
    number = get_number(tx, named, keys=vault.keys)
    mark_disarmed(tx, number.id)
    facts = {"number_sid": number.number_sid, "was": number.state, "why": reason}
    add_event(tx, AuditTag.NUMBER_DISARMED, actor=actor, target=number.id, facts=facts)
    return get_number(tx, number.id, keys=vault.keys)


def clear_addresses(owner: Tenant, number: OwnNumber, *, telephony: Telephony) -> None:
    """Take our addresses from a number at the vendor, and read back that it asks nobody.

    Raises:
        Conflict: the number is armed, or the vendor does not point it.
        VendorError: the vendor did not do it.
    """
    if number.is_armed or number.number_sid is None:
        raise Conflict("only a disarmed number that the vendor points has addresses to clear")
    if telephony.point_number(account_of(owner), number.number_sid, _CLEARED).urls is not None:
        raise VendorBrokeContract("twilio", "clear number", reason="it reads back addresses that were cleared")


def _point(owner: Tenant, number: OwnNumber, number_sid: str, telephony: Telephony, urls: NumberUrls) -> None:
    account = account_of(owner)
    theirs = next((n for n in telephony.list_numbers(account) if n.number_sid == number_sid), None)
    if theirs is None or theirs.number != number.number:
        raise NotFound("the number is no longer in the tenant's account at the vendor")
    if theirs.is_voice_handled_elsewhere:
        raise Conflict("an application or a trunk answers the number at the vendor: take it off there first")
    read_back = telephony.point_number(account, number_sid, urls)
    if read_back.urls != urls:
        raise VendorBrokeContract("twilio", "point number", reason="it reads back other addresses than were set")
    if read_back.is_voice_handled_elsewhere:
        raise Conflict("an application or a trunk answers the number at the vendor: take it off there first")


def _list(vault: Vault, tenant: TenantId, number: str, number_sid: str | None, actor: str) -> OwnNumber:
    with vault.database.transaction(tenant) as tx:
        added = add_number(tx, number, number_sid=number_sid, keys=vault.keys)
        if added is not None:
            add_event(tx, AuditTag.NUMBER_LISTED, actor=actor, target=added, facts={"number_sid": number_sid})
        return get_number(tx, number, keys=vault.keys)


def _owner(vault: Vault, tenant: TenantId) -> Tenant:
    with vault.database.transaction(tenant) as tx:
        return get_tenant(tx, keys=vault.keys)
