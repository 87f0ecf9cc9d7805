"""A tenant chooses its own words for an announcement, or goes back to ours."""

from __future__ import annotations

import hashlib

from pipeline.consent.script import check_wording, render_script
from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, InvalidInput
from pipeline.model.tenant import Tenant
from pipeline.policies.scripts import ScriptId
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.wordings import WordingVersion, add_wording, newest_wording


def set_wording(
    tx: Transaction, owner: Tenant, script: str, locale: str, *, wording: str, actor: str
) -> WordingVersion:
    """Put a wording in force once it was checked, in the tenant's own name; the one in force again changes nothing.

    Args:
        tx: the tenant's transaction.
        owner: the tenant, whose name stands in the wording when it is spoken.
        script: what is said, such as `announce`.
        locale: one that has scripts, such as `en-US`.
        wording: the text; runs of white space count as one space.
        actor: who chose it.

    Raises:
        NotFound: no scripts, so nothing to check against, for that locale.
        InvalidInput: no such script, or what the wording lacks or must not have.
    """
    check_wording(script, locale, wording)
    text = " ".join(wording.split())
    render_script(script, locale, tenant_name=owner.display_name, wording=text)
    before = newest_wording(tx, script, locale)
    if before is not None and before.wording == text:
        return before
    digest = hashlib.sha256(text.encode()).hexdigest()
    added = add_wording(tx, script, locale, wording=text, sha256=digest, actor=actor)
    _note(tx, added)
    return added


def clear_wording(tx: Transaction, script: str, locale: str, *, actor: str) -> WordingVersion:
    """Go back to our own words for a script and locale.

    Raises:
        InvalidInput: no such script.
        Conflict: the tenant has no wording of its own there.
    """
    if script not in list(ScriptId):
        raise InvalidInput("no such script")
    before = newest_wording(tx, script, locale)
    if before is None or before.wording is None:
        raise Conflict("no wording of its own is in force for that script and locale")
    added = add_wording(tx, script, locale, wording=None, sha256=None, actor=actor)
    _note(tx, added)
    return added


def _note(tx: Transaction, added: WordingVersion) -> None:
    facts: Facts = {"script": added.script, "locale": added.locale, "version": added.version, "sha256": added.sha256}
    add_event(tx, AuditTag.WORDING_CHANGED, actor=added.actor, target=tx.tenant, facts=facts)
