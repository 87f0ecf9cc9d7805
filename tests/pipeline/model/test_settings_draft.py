from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId
from pipeline.model.settings_draft import Change, DraftChanges, differences, with_changes
from pipeline.model.tenant import OnDecline, Tenant, TenantSecrets, TenantSettings, Topology

ACME = Tenant(
    id=TenantId("acme"), display_name="Acme", policy_id="nejix", account_sid=None, settings=TenantSettings(),
    secrets=TenantSecrets(), wordings={"announce:en-US": "Ours."},
)  # fmt: skip


def test_changes_are_read_as_their_settings_have_them():
    changes = DraftChanges(
        settings={
            "is_recording_on": True, "on_decline": "end", "topology": "forward", "establishment": ["US-CA"],
            "retention_days": {"recording.original": 30}, "threshold": None, "padding_ms": 300, "locale": "es-ES",
        },
        secrets={"forward_to": "+13035550188", "hide_words": ["heron"]},
        wordings={"announce:en-US": None, "ask_record:en-US": "Hello."},
        display_name="Acme Ltd",
    )  # fmt: skip
    after = with_changes(ACME, changes)
    assert (after.settings.on_decline, after.settings.topology) == (OnDecline.END, Topology.FORWARD)
    assert (after.settings.establishment, after.secrets.hide_words) == (("US-CA",), ("heron",))
    assert after.wordings == {"ask_record:en-US": "Hello."}
    assert after.display_name == "Acme Ltd"


@pytest.mark.parametrize(
    ("settings", "secrets"),
    [
        ({"nonsense": 1}, {}), ({}, {"nonsense": 1}), ({"instance": "dev"}, {}), ({"is_recording_on": "yes"}, {}),
        ({"voicemail_s": True}, {}), ({"voicemail_s": "60"}, {}), ({"topology": "magic"}, {}),
        ({"engines": "local"}, {}),
        ({"establishment": [1]}, {}), ({"threshold": "high"}, {}), ({"threshold": True}, {}), ({"locale": None}, {}),
        ({"retention_days": []}, {}), ({}, {"hide_words": "heron"}), ({"webhook_key": 3}, {}),
    ],
)  # fmt: skip
def test_what_is_no_setting_or_of_another_kind_is_refused(settings, secrets):
    with pytest.raises(InvalidInput):
        with_changes(ACME, DraftChanges(settings=settings, secrets=secrets))


def test_differences_show_values_of_settings_and_only_that_secrets_changed():
    after = with_changes(
        ACME,
        DraftChanges(
            settings={"engines": ["deepgram"]}, secrets={"auth_token": "canary", "keep_words": ["canary"]},
            wordings={"announce:en-US": "canary"},
        ),
    )  # fmt: skip
    found = differences(ACME, after)
    assert [c.name for c in found] == ["auth_token", "engines", "keep_words", "wording announce:en-US"]
    assert found[1] == Change(name="engines", before=["local"], after=["deepgram"])
    assert "canary" not in str(found)
    assert differences(ACME, ACME) == ()
    assert [c.name for c in differences(ACME, replace(ACME, account_sid="AC1"))] == ["account_sid"]


def test_later_changes_lie_on_top_and_each_can_be_taken_away():
    first = DraftChanges(settings={"locale": "es-ES", "voicemail_s": 60}, secrets={"forward_to": "+1"})
    both = first.with_more(DraftChanges(settings={"voicemail_s": 90}, wordings={"announce:en-US": None}))
    assert both.settings == {"locale": "es-ES", "voicemail_s": 90}
    left = both.without("voicemail_s").without("forward_to").without("wording announce:en-US").without("locale")
    assert left.is_empty
    assert not both.is_empty
    assert "+1" not in repr(both)
