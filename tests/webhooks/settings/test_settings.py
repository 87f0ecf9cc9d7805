from __future__ import annotations

import re

import pytest

from pipeline.model.user import Role
from tests.webhooks.settings.conftest import Person
from webhooks.settings import settings_pages

PAGES = (
    "/settings", "/settings/choices/calls", "/settings/choices/retention", "/settings/choices/training",
    "/settings/choices/redaction", "/settings/choices/processors", "/settings/announcements", "/settings/policy",
    "/settings/twilio",
    "/settings/webhooks", "/settings/keys", "/settings/simulator", "/settings/drafts",
)  # fmt: skip


def test_every_page_is_read_by_those_who_may_and_by_nobody_else(admin, auditor, stage, owner):
    reviewer = Person(stage, "rob", frozenset({Role.REVIEWER}), owner.id)
    for path in PAGES:
        assert admin.get(path).status_code == 200, path
        assert auditor.get(path).status_code == 200, path
        assert reviewer.get(path).status_code == 403, path


def test_no_page_has_a_script_or_a_style_in_it_and_every_field_has_its_label(admin):
    for path in (*PAGES, "/settings/start"):
        page = admin.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on", page), path
        named = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
        fields = re.findall(r'<(?:input|select|textarea)(?![^>]*type="(?:hidden|checkbox)")[^>]*>', page)
        assert all(re.search(r'id="([^"]+)"', field)[1] in named for field in fields), path
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), path


@pytest.mark.parametrize(
    "path", ["/settings/keys", "/settings/choices/retention", "/settings/webhooks", "/settings/start"]
)
def test_a_form_of_another_session_and_one_of_somebody_without_the_role_are_refused(admin, auditor, path):
    assert admin.post(path, csrf="other").status_code == 403
    assert auditor.post(path).status_code == 403


def test_every_route_of_settings_asks_who_is_there(stage, owner):
    paths = [(route, method) for part in settings_pages for route in part.router.routes for method in route.methods]
    assert len(paths) > 20
    for route, method in paths:
        path = re.sub(r"{.*?}", "x", route.path)
        answer = stage.client.request(method, path, headers={"accept": "text/html"}, follow_redirects=False)
        assert answer.status_code == (303 if method == "GET" else 401), path
