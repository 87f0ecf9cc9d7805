from __future__ import annotations

import re

import pytest
from starlette.datastructures import FormData

from pipeline.intake.law_of_call import UNRECORDED
from pipeline.model.errors import InvalidInput
from webhooks.settings.parts import SENTENCES, TABS, number, text

CODES = (
    "tenant_closed", "recording_off", "policy", "number_not_armed", "no_evidence", "machine", "unscripted", UNRECORDED,
    "notice_continue", "notice_before", "notice_inside", "explicit_gate", "not_listed", "evidence_expired",
    "not_set_up", "transcription_off", "hears", "recorded", "transcribed_only", "policy_forbids", "only_for_a_feature",
    "nobody_is_asked", "asked_tenant_feature", "asked_own_instance", "asked_vendor_models",
)  # fmt: skip


def test_every_code_has_its_sentence():
    assert set(CODES) == set(SENTENCES)


def test_every_tab_leads_somewhere(admin):
    assert [path for path, _ in TABS if admin.get(path).status_code != 200] == []


def test_nobody_is_shown_a_tab_that_is_refused_to_them(editor, auditor):
    for who in (editor, auditor):
        shown = re.findall(r'href="(/settings[^"#?]*)"', who.get("/settings").text)
        assert "/settings/users" not in shown
        assert [path for path in dict.fromkeys(shown) if who.get(path).status_code == 403] == []


def test_fields_are_read_without_spaces_and_as_whole_numbers():
    form = FormData([("a", " x "), ("n", "12")])
    assert (text(form, "a"), text(form, "b"), number(form, "n"), number(form, "b", 7)) == ("x", "", 12, 7)
    with pytest.raises(InvalidInput):
        number(form, "a")
