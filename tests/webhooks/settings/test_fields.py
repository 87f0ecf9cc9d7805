from __future__ import annotations

import pytest
from starlette.datastructures import FormData

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId
from pipeline.model.settings_draft import with_changes
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings
from webhooks.settings.fields import SECTIONS, TYPES, read_form

ACME = Tenant(
    id=TenantId("acme"), display_name="Acme", policy_id="nejix", account_sid=None, settings=TenantSettings(),
    secrets=TenantSecrets(),
)  # fmt: skip


def test_every_field_is_a_setting_or_a_secret_that_there_is():
    for section in SECTIONS.values():
        for field in section.fields:
            kept = TenantSecrets if field.kind in ("secret", "words") else TenantSettings
            assert field.name == "display_name" or field.name in kept.__slots__


def test_a_form_is_read_as_changes_that_a_tenant_can_take():
    form = FormData(
        [("is_recording_on", "on"), ("establishment", "US-CA, NZ"), ("voicemail_s", "90"), ("on_decline", "end"),
         ("topology", "forward"), ("locale", "en-US"), ("forward_to", "+13035550188"), ("display_name", "Acme Ltd")]
    )  # fmt: skip
    after = with_changes(ACME, read_form("calls", form))
    assert (after.settings.is_recording_on, after.settings.is_transcription_on) == (True, False)
    assert (after.settings.establishment, after.settings.voicemail_s) == (("US-CA", "NZ"), 90)
    assert (after.secrets.forward_to, after.display_name) == ("+13035550188", "Acme Ltd")


def test_an_empty_secret_stays_and_a_ticked_one_goes():
    form = FormData([("voicemail_s", "90"), ("forward_to", ""), ("agent_url:none", "on")])
    assert read_form("calls", form).secrets == {"agent_url": ""}
    assert read_form("redaction", FormData([("hide_words:none", "on")])).secrets == {"hide_words": []}


def test_periods_and_thresholds_are_read_where_they_are_given():
    form = FormData([("days:recording.original", "30"), ("days:summary", ""), ("days:nonsense", "3")])
    assert read_form("retention", form).settings["retention_days"] == {"recording.original": 30}
    form = FormData([("threshold:PERSON", "0.1"), ("threshold:NONSENSE", "0.1")])
    assert read_form("redaction", form).settings["thresholds"] == {"PERSON": 0.1}
    assert "PERSON" in {type.value for type in TYPES}


@pytest.mark.parametrize("days", ["-1", "1.5", "x", "99999999", "²"])
def test_a_period_is_a_whole_number(days):
    with pytest.raises(InvalidInput):
        read_form("retention", FormData([("days:summary", days)]))
