"""Settings change in two steps by two people: one drafts and submits, an administrator who had no hand in it activates.

A draft is activated over the very settings it was held against last. Where those were changed meanwhile it is held
against them anew first, so that whoever decides sees what will really change.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.decisions.settings_rules import check_settings
from pipeline.decisions.wordings import clear_wording, set_wording
from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotPermitted
from pipeline.model.ids import new_id
from pipeline.model.settings_draft import Change, Draft, DraftChanges, DraftState, differences, with_changes
from pipeline.model.tenant import Tenant
from pipeline.model.user import Role
from pipeline.policies.bundle import Bundle
from pipeline.ports.keys import Keys
from pipeline.store.api_keys import is_same_person
from pipeline.store.audit import Facts, add_event, lock_log
from pipeline.store.numbers import list_numbers
from pipeline.store.policy_versions import policies_of
from pipeline.store.session import Transaction
from pipeline.store.settings_drafts import add_draft, find_own_draft, lock_draft, replace_draft
from pipeline.store.settings_history import add_activation
from pipeline.store.tenants import change_tenant, get_tenant


def save_changes(tx: Transaction, changes: DraftChanges, *, keys: Keys, actor: str) -> Draft:
    """Put changes on somebody's own draft, a new one where they have none, once the whole fits every rule.

    Raises:
        InvalidInput: the settings as they would stand cannot be in force.
    """
    lock_log(tx)
    owner, found = get_tenant(tx, keys=keys), find_own_draft(tx, actor, keys=keys)
    whole = _trimmed(owner, (found.changes if found else DraftChanges()).with_more(changes))
    _check(tx, owner, whole)
    if found is None:
        made = Draft(
            id=new_id("sdr"),
            state=DraftState.DRAFT,
            revision=1,
            based_on=owner.version,
            changes=whole,
            created_by=actor,
            editors=(actor,),
            created_at=tx.now,
            changed_at=tx.now,
        )
        add_draft(tx, made, keys=keys)
    else:
        made = replace_draft(tx, replace(found, changes=whole, based_on=owner.version), keys=keys)
    _note(tx, AuditTag.DRAFT_SAVED, made, actor, _names(owner, whole))
    return made


def drop_change(tx: Transaction, id: str, name: str, *, revision: int, keys: Keys, actor: str) -> Draft:
    """Take one change from a draft.

    Raises:
        NotFound: no such draft.
        NotPermitted: it is somebody else's.
        Conflict: it was changed meanwhile.
        IllegalTransition: it is no draft any more.
        InvalidInput: what is left cannot be in force.
    """
    draft = _mine(tx, id, revision, keys, actor)
    owner = get_tenant(tx, keys=keys)
    left = draft.changes.without(name)
    _check(tx, owner, left)
    kept = replace_draft(tx, replace(draft, changes=left, based_on=owner.version), keys=keys)
    _note(tx, AuditTag.DRAFT_SAVED, kept, actor, _names(owner, left))
    return kept


def submit_draft(tx: Transaction, id: str, *, revision: int, keys: Keys, actor: str) -> Draft:
    """Put one's draft before an administrator.

    Raises:
        NotFound: no such draft.
        NotPermitted: it is somebody else's.
        Conflict: it, or the settings under it, were changed meanwhile.
        IllegalTransition: it is no draft any more.
        InvalidInput: it changes nothing.
    """
    draft = _mine(tx, id, revision, keys, actor)
    owner = get_tenant(tx, keys=keys)
    _check_base(draft, owner)
    names = _names(owner, draft.changes)
    if not names:
        raise InvalidInput("the draft changes nothing")
    kept = replace_draft(tx, replace(draft, state=DraftState.SUBMITTED), keys=keys)
    _note(tx, AuditTag.DRAFT_SUBMITTED, kept, actor, names)
    return kept


def rebase_draft(tx: Transaction, id: str, *, revision: int, keys: Keys, actor: str) -> Draft:
    """Hold a draft against the settings as they stand now; what stands so already falls out of it.

    Raises:
        NotFound: no such draft.
        Conflict: it was changed meanwhile.
        IllegalTransition: nothing can become of it any more.
        InvalidInput: over the settings as they stand now it cannot be in force.
    """
    draft = _open(tx, id, revision, keys)
    owner = get_tenant(tx, keys=keys)
    left = _trimmed(owner, draft.changes)
    _check(tx, owner, left)
    kept = replace_draft(tx, replace(draft, changes=left, based_on=owner.version), keys=keys)
    _note(tx, AuditTag.DRAFT_REBASED, kept, actor, _names(owner, left))
    return kept


def withdraw_draft(tx: Transaction, id: str, *, revision: int, keys: Keys, actor: str) -> Draft:
    """Take one's own draft back.

    Raises:
        NotFound: no such draft.
        NotPermitted: it is somebody else's.
        Conflict: it was changed meanwhile.
        IllegalTransition: nothing can become of it any more.
    """
    draft = _open(tx, id, revision, keys)
    if draft.created_by != actor:
        raise NotPermitted("a draft is taken back by whoever began it")
    kept = replace_draft(tx, _decided(tx, draft, DraftState.WITHDRAWN, actor), keys=keys)
    _note(tx, AuditTag.DRAFT_WITHDRAWN, kept, actor, ())
    return kept


def reject_draft(
    tx: Transaction, id: str, *, revision: int, reason: str, keys: Keys, actor: str, roles: frozenset[Role]
) -> Draft:
    """Turn a submitted draft down; why is kept sealed.

    Raises:
        NotFound: no such draft.
        NotPermitted: not an administrator.
        Conflict: it was changed meanwhile.
        IllegalTransition: it is not submitted.
        InvalidInput: no reason.
    """
    draft = _submitted(tx, id, revision, keys, roles)
    if not reason.strip():
        raise InvalidInput("turning a draft down needs a reason")
    kept = replace_draft(tx, _decided(tx, draft, DraftState.REJECTED, actor), keys=keys, reason=reason)
    _note(tx, AuditTag.DRAFT_REJECTED, kept, actor, ())
    return kept


def activate_draft(
    tx: Transaction, id: str, *, revision: int, keys: Keys, actor: str, roles: frozenset[Role], reason: str = ""
) -> tuple[Change, ...]:
    """Put a submitted draft in force; give what changed.

    Raises:
        NotFound: no such draft.
        NotPermitted: not an administrator, or one who had a hand in it.
        Conflict: the draft, or the settings under it, were changed meanwhile.
        IllegalTransition: it is not submitted.
        InvalidInput: it cannot be in force any more.
    """
    draft = _submitted(tx, id, revision, keys, roles)
    had_a_hand = any(is_same_person(tx, editor, actor) for editor in draft.editors)
    if had_a_hand and not is_first_set_up(tx, keys=keys):
        raise NotPermitted("a draft is activated by somebody who had no hand in it")
    owner = get_tenant(tx, keys=keys)
    _check_base(draft, owner)
    _check(tx, owner, draft.changes)
    after = with_changes(owner, draft.changes)
    changes = differences(owner, after)
    plain = [change.name for change in changes if not change.name.startswith("wording ")]
    if plain:
        change_tenant(tx, after, keys=keys, actor=actor, changed=plain)
    for name, wording in sorted(draft.changes.wordings.items()):
        _put_wording(tx, after, name, wording, actor)
    replace_draft(tx, _decided(tx, draft, DraftState.ACTIVATED, actor), keys=keys, reason=reason)
    add_activation(tx, changes, draft=draft.id, drafted_by=draft.created_by, activated_by=actor)
    _note(tx, AuditTag.DRAFT_ACTIVATED, draft, actor, tuple(change.name for change in changes))
    return changes


def is_first_set_up(tx: Transaction, *, keys: Keys) -> bool:
    """Say whether no number was ever armed, so that nothing can have been recorded: one person may set up alone."""
    return all(number.attestation_id is None and not number.is_armed for number in list_numbers(tx, keys=keys))


def binding_versions(tx: Transaction, owner: Tenant) -> tuple[Bundle, ...]:
    """Give the policy version in force, and every one announced after it: settings must fit them all."""
    shelf, today = policies_of(tx, owner.policy_id), tx.now.date()
    version = shelf.in_force_on(today)
    return tuple(v.bundle for v in (version, *shelf.later_than(version, on=today)))


def _check(tx: Transaction, owner: Tenant, changes: DraftChanges) -> None:
    check_settings(owner, with_changes(owner, changes), binding_versions(tx, owner), today=tx.now.date())


def _trimmed(owner: Tenant, changes: DraftChanges) -> DraftChanges:
    """Leave out what stands so already."""
    names = set(_names(owner, changes))
    return DraftChanges(
        settings={k: v for k, v in changes.settings.items() if k in names},
        secrets={k: v for k, v in changes.secrets.items() if k in names},
        wordings={k: v for k, v in changes.wordings.items() if f"wording {k}" in names},
        display_name=changes.display_name if "display_name" in names else None,
    )


def _names(owner: Tenant, changes: DraftChanges) -> tuple[str, ...]:
    return tuple(change.name for change in differences(owner, with_changes(owner, changes)))


def _open(tx: Transaction, id: str, revision: int, keys: Keys) -> Draft:
    lock_log(tx)
    draft = lock_draft(tx, id, keys=keys)
    if draft.revision != revision:
        raise Conflict("somebody changed the draft meanwhile: look at it again")
    if not draft.is_open:
        raise IllegalTransition(f"the draft is {draft.state}")
    return draft


def _mine(tx: Transaction, id: str, revision: int, keys: Keys, actor: str) -> Draft:
    draft = _open(tx, id, revision, keys)
    if draft.created_by != actor:
        raise NotPermitted("a draft is changed by whoever began it")
    if draft.state is not DraftState.DRAFT:
        raise IllegalTransition("the draft is submitted: take it back first")
    return draft


def _submitted(tx: Transaction, id: str, revision: int, keys: Keys, roles: frozenset[Role]) -> Draft:
    if Role.TENANT_ADMIN not in roles:
        raise NotPermitted("only an administrator decides about drafts")
    draft = _open(tx, id, revision, keys)
    if draft.state is not DraftState.SUBMITTED:
        raise IllegalTransition("the draft was not submitted")
    return draft


def _check_base(draft: Draft, owner: Tenant) -> None:
    if draft.based_on != owner.version:
        raise Conflict("the settings were changed meanwhile: hold the draft against them anew")


def _decided(tx: Transaction, draft: Draft, state: DraftState, actor: str) -> Draft:
    return replace(draft, state=state, decided_by=actor, decided_at=tx.now)


def _put_wording(tx: Transaction, owner: Tenant, name: str, wording: str | None, actor: str) -> None:
    script, _, locale = name.partition(":")
    if wording is None:
        clear_wording(tx, script, locale, actor=actor)
    else:
        set_wording(tx, owner, script, locale, wording=wording, actor=actor)


def _note(tx: Transaction, tag: AuditTag, draft: Draft, actor: str, names: tuple[str, ...]) -> None:
    facts: Facts = {"revision": draft.revision, "based_on": draft.based_on, "changed": ",".join(names)}
    add_event(tx, tag, actor=actor, target=draft.id, facts=facts)
