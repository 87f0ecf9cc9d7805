from __future__ import annotations

from pipeline.model.user import Role
from webhooks.pages.menu import entries_for


def test_everybody_sees_the_places_of_their_roles_and_where_they_are():
    seen = {role: [entry.path for entry in entries_for(frozenset({role}), "/review/queue")] for role in Role}
    assert seen[Role.REVIEWER] == ["/review", "/operations"]
    assert seen[Role.SETTINGS_EDITOR] == ["/operations", "/settings"]
    assert seen[Role.TENANT_ADMIN] == ["/review/quality", "/operations", "/settings"]
    here = [entry.path for entry in entries_for(frozenset(Role), "/settings/users") if entry.is_here]
    assert here == ["/settings"]
    assert not any(entry.is_here for entry in entries_for(frozenset(Role), "/reviewers"))


def test_whoever_has_no_role_goes_nowhere():
    assert entries_for(frozenset(), "/") == ()
