"""The pages of settings in a real browser: readable and within their width, and a period changed by two people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.api_keys import make_key
from pipeline.decisions.webhooks import register_endpoint, send_test
from pipeline.model.api_key import Scope
from pipeline.model.outgoing import EventKind
from pipeline.model.user import Role
from pipeline.store.tenants import get_tenant
from tests.browser import serving, window
from tests.webhooks.conftest import stage  # noqa: F401
from tests.webhooks.settings.conftest import Person
from webhooks.app import create_app
from webhooks.pages.who import cookie_name

PAGES = (
    "/settings", "/settings/choices/calls", "/settings/choices/retention", "/settings/choices/training",
    "/settings/choices/redaction", "/settings/choices/processors", "/settings/announcements", "/settings/twilio",
    "/settings/webhooks", "/settings/keys", "/settings/simulator", "/settings/drafts", "/settings/start",
)  # fmt: skip


@pytest.fixture
def here(stage):  # noqa: F811
    """The app at an address of this machine, with a tenant that has some of everything."""
    local = stage.on(stage.context.database, public_base="http://127.0.0.1")
    owner = local.tenant("acme", topology="voicemail", policy="connekz", establishment=("US-NY",))
    with local.context.database.transaction(owner.id) as tx:
        make_key(tx, "crm", [Scope.CALLS_READ, Scope.AUDIT_READ], lasts=timedelta(days=9), actor="user:x")
        keys, told = local.context.keys, {EventKind.RECORDING_FAILED}
        made = register_endpoint(tx, "https://hooks.example.com/x", told, keys=keys, actor="user:x")
        send_test(tx, made.id, keys=keys, queue=local.queue, actor="user:x")
    with serving(create_app(local.context)) as base:
        yield local, base


def signed_in(here, browser, login, roles, **how):
    local, base = here
    person = Person(local, login, frozenset(roles), "acme")
    cookie = {
        "name": cookie_name(local.context), "value": person.token, "domain": "127.0.0.1", "path": "/", "expires": -1,
        "httpOnly": True, "secure": False, "sameSite": "Lax",
    }  # fmt: skip
    return window(browser, base, storage_state={"cookies": [cookie], "origins": []}, **how)


def test_every_page_of_settings_is_readable_and_within_a_narrow_width(here, browser):
    with signed_in(here, browser, "ada", Role, width=390, scheme="dark") as watched:
        found = {}
        for path in PAGES:
            watched.page.goto(watched.base + path)
            barriers = watched.sees_no_barrier()
            if barriers or watched.overflows():
                found[path] = (barriers, watched.overflows())
        assert found == {}
        assert watched.complaints == []


def test_thirty_days_are_kept_by_two_people_in_few_steps(here, browser):
    local, _ = here
    with signed_in(here, browser, "ben", {Role.SETTINGS_EDITOR}) as ben:
        page = ben.go("/settings")
        page.get_by_role("link", name="Retention").click()
        page.get_by_label("original recording", exact=True).fill("30")
        page.get_by_role("button", name="Save and submit for a decision").click()
        page.get_by_text("waits for an administrator").wait_for()
        listen = ben.go("/settings/announcements").get_by_role("button", name="Listen (approximate)").first
        listen.click()
        assert listen.get_attribute("aria-pressed") in ("true", "false")
        assert ben.complaints == []
    with signed_in(here, browser, "ada", {Role.TENANT_ADMIN}) as ada:
        page = ada.go("/settings")
        page.get_by_role("link", name="Look at them").click()
        page.get_by_role("button", name="Activate").click()
        page.get_by_text("It is in force.").wait_for()
        assert ada.complaints == []
    with local.context.database.transaction("acme") as tx:
        assert get_tenant(tx, keys=local.context.keys).settings.retention_days == {"recording.original": 30}
