from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.store.audit import list_events
from pipeline.store.policy_versions import policies_of
from pipeline.store.tenants import change_tenant, get_tenant

PATH = "/settings/policy"


@pytest.fixture
def told(stage, owner):
    """The tenant can be told of changes."""
    with stage.context.database.transaction(owner.id) as tx:
        found = get_tenant(tx, keys=stage.context.keys)
        secrets = replace(found.secrets, contact_email="legal@acme.example")
        change_tenant(tx, replace(found, secrets=secrets), keys=stage.context.keys, actor="test", changed=[])
    return owner


def versions(stage, owner) -> list[str]:
    with stage.context.database.transaction(owner.id) as tx:
        return [one.bundle.version for one in policies_of(tx, "connekz").versions]


def text_of(page) -> str:
    return html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)[1])


def seen_of(page) -> str:
    return re.search(r'name="seen" value="(\w+)"', page.text)[1]


def test_a_version_is_begun_looked_at_and_published_by_an_administrator(admin, editor, stage, told):
    begun = text_of(admin.get(PATH))
    days = re.search(r"cool_off_days: (\d+)", begun)[1]
    written = begun.replace(f"cool_off_days: {days}", f"cool_off_days: {int(days) + 9}")
    looked = editor.post(PATH, {"text": written})
    assert (looked.status_code, "training.cool_off_days" in looked.text, "allows less" in looked.text) == (
        200,
        True,
        True,
    )
    assert ('name="seen"' in looked.text, "An administrator publishes it" in looked.text) == (False, True)
    first = versions(stage, told)
    looked = admin.post(PATH, {"text": written})
    assert versions(stage, told) == first, "looking writes nothing"
    changed = admin.post(f"{PATH}/publish", {"text": begun, "seen": seen_of(looked)})
    assert (changed.status_code, "changed after it was looked at" in changed.text) == (409, True)
    assert editor.post(f"{PATH}/publish", {"text": written, "seen": seen_of(looked)}).status_code == 403
    assert versions(stage, told) == first
    done = admin.post(f"{PATH}/publish", {"text": written, "seen": seen_of(looked)})
    assert (done.status_code, done.headers["location"]) == (303, f"{PATH}?done=published")
    [version] = versions(stage, told)[1:]
    assert stage.queue.notices == [(version, "published")]
    with stage.context.database.transaction(told.id) as tx:
        [event] = [one.entry for one in list_events(tx) if one.entry.tag == "policy:version:published"]
    assert event.actor == "user:ada"
    assert ">announced<" in admin.get(PATH).text


def test_too_short_a_notice_is_refused_with_its_reason(admin, stage, told):
    begun = text_of(admin.get(PATH))
    day = stage.context.clock.now().date()
    late = re.sub(r"(effective:\n(?:  .*\n)*?  day: ')[\d-]+", rf"\g<1>{day + timedelta(days=13)}", begun)
    assert late != begun
    looked = admin.post(PATH, {"text": late})
    assert ("at the earliest" in looked.text, 'name="seen"' in looked.text) == (True, False)
    refused = admin.post(f"{PATH}/publish", {"text": late, "seen": ""})
    assert (refused.status_code, len(versions(stage, told))) == (422, 1)


def test_faults_stand_beside_the_text_and_a_file_is_taken_in_its_place(admin, stage, owner):
    looked = admin.post(PATH, {"text": "id: nejix\nid: twice\n"})
    assert (looked.status_code, "a key is written twice" in looked.text, "line 2" in looked.text) == (422, True, True)
    headers = {"accept": "text/html", "cookie": admin._headers["cookie"]}
    for body, status, says in ((b"\xff\xfe", 422, "cannot be read as text"), (b"- a", 422, "a mapping is expected")):
        sent = stage.client.post(
            PATH, data={"csrf": admin.csrf, "text": "x: 1"}, files={"file": ("p.yaml", body)}, headers=headers
        )
        assert (sent.status_code, says in sent.text) == (status, True)
    assert "nobody could be told" in admin.post(PATH, {"text": text_of(admin.get(PATH))}).text


def test_who_only_reads_settings_finds_no_form(auditor):
    assert "<textarea" not in auditor.get(PATH).text
    assert auditor.post(PATH, {"text": "x"}).status_code == 403
