from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.decisions.settings_drafts import (
    activate_draft,
    drop_change,
    is_first_set_up,
    rebase_draft,
    reject_draft,
    save_changes,
    submit_draft,
    withdraw_draft,
)
from pipeline.decisions.tenants import change_settings
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.model.settings_draft import Change, DraftChanges, DraftState
from pipeline.model.user import Role
from pipeline.policies.loader import load_scripts
from pipeline.policies.scripts import ScriptId
from pipeline.store.audit import list_events
from pipeline.store.settings_drafts import find_own_draft, list_drafts, lock_draft, read_reason
from pipeline.store.settings_history import list_activations
from pipeline.store.tenants import add_tenant, get_tenant
from pipeline.store.wordings import list_wordings
from tests.builders import put_on_file
from tests.conftest import make_tenant

ADA, BEN = "user:ada", "user:ben"
ADMIN = frozenset({Role.TENANT_ADMIN})
THIRTY = DraftChanges(settings={"retention_days": {"recording.original": 30}})


@pytest.fixture
def tenant(database, keys):
    return make_tenant(database, keys, topology="voicemail")


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


def submitted(tx, keys, changes=THIRTY, actor=ADA):
    draft = save_changes(tx, changes, keys=keys, actor=actor)
    return submit_draft(tx, draft.id, revision=draft.revision, keys=keys, actor=actor)


def activate(tx, keys, draft, actor=BEN, roles=ADMIN):
    return activate_draft(
        tx, draft.id, revision=draft.revision, keys=keys, actor=actor, roles=roles, reason="canary why"
    )


def test_what_one_drafts_another_activates_and_it_is_in_force_and_in_the_history(tx, keys):
    draft = submitted(tx, keys)
    assert get_tenant(tx, keys=keys).settings.retention_days == {}
    changes = activate(tx, keys, draft)
    assert changes == (Change(name="retention_days", before={}, after={"recording.original": 30}),)
    after = get_tenant(tx, keys=keys)
    assert after.settings.retention_days == {"recording.original": 30}
    (entry,) = list_activations(tx)
    assert (entry.draft, entry.drafted_by, entry.activated_by, entry.version) == (draft.id, ADA, BEN, after.version)
    assert entry.changes == changes
    assert read_reason(tx, draft.id, keys=keys) == "canary why"
    events = [e for e in list_events(tx) if e.entry.tag.startswith(("settings:", "tenant:settings"))]
    assert [e.entry.tag.split(":")[-1] for e in events] == ["saved", "submitted", "changed", "activated"]
    assert "canary" not in str(events)


@pytest.mark.parametrize(
    ("actor", "roles"),
    [(ADA, ADMIN), (BEN, frozenset()), (BEN, frozenset(Role) - {Role.TENANT_ADMIN})],
)
def test_nobody_activates_their_own_draft_and_only_an_administrator_any(tx, keys, actor, roles):
    draft = submitted(tx, keys)
    with pytest.raises(NotPermitted):
        activate(tx, keys, draft, actor, roles)
    assert get_tenant(tx, keys=keys).settings.retention_days == {}


def test_until_a_number_was_armed_one_person_may_set_up_alone(database, keys, clock):
    fresh = make_tenant(database, keys, "other", topology="voicemail")
    with database.transaction(fresh.id) as tx:
        assert not is_first_set_up(tx, keys=keys)
    new = replace(fresh, id="fresh", account_sid=None)
    keys.create_tenant_key("fresh")
    with database.transaction("fresh") as tx:
        add_tenant(tx, new, keys=keys, actor="test")
        put_on_file(tx)
        assert is_first_set_up(tx, keys=keys)
        activate(tx, keys, submitted(tx, keys), ADA)
        assert get_tenant(tx, keys=keys).settings.retention_days


def test_a_draft_is_not_activated_over_settings_that_nobody_held_it_against(vault, database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        draft = submitted(tx, keys)

    def other(found):
        return replace(found, settings=replace(found.settings, voicemail_s=60))

    change_settings(vault, tenant.id, other, actor="cli")
    with database.transaction(tenant.id) as tx:
        with pytest.raises(Conflict, match="hold the draft"):
            activate(tx, keys, draft)
        held = rebase_draft(tx, draft.id, revision=draft.revision, keys=keys, actor=BEN)
        assert held.state is DraftState.SUBMITTED
        activate(tx, keys, held)
        after = get_tenant(tx, keys=keys).settings
        assert (after.voicemail_s, after.retention_days) == (60, {"recording.original": 30})
        assert [(a.draft, a.activated_by) for a in list_activations(tx)] == [(draft.id, BEN), (None, "cli")]


def test_of_two_who_decide_at_once_the_second_is_told(tx, keys):
    draft = submitted(tx, keys)
    activate(tx, keys, draft)
    with pytest.raises(Conflict):
        reject_draft(tx, draft.id, revision=draft.revision, reason="no", keys=keys, actor=BEN, roles=ADMIN)
    now = lock_draft(tx, draft.id, keys=keys)
    with pytest.raises(IllegalTransition):
        activate(tx, keys, now)


def test_what_cannot_be_in_force_is_not_even_drafted(tx, keys):
    for changes in (
        DraftChanges(settings={"retention_days": {"recording.original": 4000}}),
        DraftChanges(settings={"engines": ["deepgram"]}),
        DraftChanges(wordings={"announce:en-US": "Hello."}),
    ):
        with pytest.raises(InvalidInput):
            save_changes(tx, changes, keys=keys, actor=ADA)
    assert list_drafts(tx, keys=keys) == ()


def test_a_draft_grows_change_by_change_and_what_stands_so_already_falls_out(tx, keys):
    save_changes(tx, THIRTY, keys=keys, actor=ADA)
    grown = save_changes(tx, DraftChanges(settings={"voicemail_s": 90, "is_recording_on": True}), keys=keys, actor=ADA)
    assert grown.changes.settings == {"retention_days": {"recording.original": 30}, "voicemail_s": 90}
    left = drop_change(tx, grown.id, "voicemail_s", revision=grown.revision, keys=keys, actor=ADA)
    assert left.changes == THIRTY
    assert find_own_draft(tx, ADA, keys=keys) == left
    assert find_own_draft(tx, BEN, keys=keys) is None
    none = drop_change(tx, grown.id, "retention_days", revision=left.revision, keys=keys, actor=ADA)
    with pytest.raises(InvalidInput, match="changes nothing"):
        submit_draft(tx, none.id, revision=none.revision, keys=keys, actor=ADA)


def test_a_draft_is_its_beginners_and_whoever_saw_an_older_one_is_told(tx, keys):
    draft = save_changes(tx, THIRTY, keys=keys, actor=ADA)
    with pytest.raises(NotPermitted):
        submit_draft(tx, draft.id, revision=draft.revision, keys=keys, actor=BEN)
    with pytest.raises(NotPermitted):
        withdraw_draft(tx, draft.id, revision=draft.revision, keys=keys, actor=BEN)
    with pytest.raises(Conflict):
        submit_draft(tx, draft.id, revision=draft.revision - 1, keys=keys, actor=ADA)
    with pytest.raises(IllegalTransition):
        activate(tx, keys, draft)
    taken = withdraw_draft(tx, draft.id, revision=draft.revision, keys=keys, actor=ADA)
    assert taken.state is DraftState.WITHDRAWN
    assert find_own_draft(tx, ADA, keys=keys) is None


def test_a_rejected_draft_changes_nothing_and_says_why_only_to_those_who_set_up(tx, keys):
    draft = submitted(tx, keys)
    with pytest.raises(InvalidInput):
        reject_draft(tx, draft.id, revision=draft.revision, reason=" ", keys=keys, actor=BEN, roles=ADMIN)
    reject_draft(tx, draft.id, revision=draft.revision, reason="canary", keys=keys, actor=BEN, roles=ADMIN)
    assert read_reason(tx, draft.id, keys=keys) == "canary"
    assert list_activations(tx) == ()
    assert "canary" not in str(list(list_events(tx)))


def test_secrets_and_wordings_pass_through_a_draft_and_show_nowhere(tx, keys):
    text = load_scripts("en-US").scripts[ScriptId.ANNOUNCE].text + " Thank you."
    changes = DraftChanges(
        secrets={"hide_words": ["canaryheron"], "contact_email": "canary@example.com"},
        wordings={"announce:en-US": text},
    )
    draft = submitted(tx, keys, changes)
    activate(tx, keys, draft)
    assert get_tenant(tx, keys=keys).secrets.hide_words == ("canaryheron",)
    assert list_wordings(tx)["announce:en-US"].endswith("Thank you.")
    (entry,) = list_activations(tx)
    assert [(c.name, c.is_secret) for c in entry.changes if c.is_secret] == [
        ("contact_email", True),
        ("hide_words", True),
    ]
    assert "canary" not in str(entry) + str(list(list_events(tx))) + repr(draft)
    assert "canary" not in str(lock_draft(tx, draft.id, keys=keys).changes.secrets)


def test_another_tenant_finds_no_draft(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        draft = submitted(tx, keys)
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        assert list_drafts(tx, keys=keys) == ()
        with pytest.raises(NotFound):
            activate(tx, keys, draft)
