from __future__ import annotations

import pytest

from pipeline.model.ids import TenantId
from pipeline.model.tenant import OnDecline, Tenant, TenantSecrets, TenantSettings


@pytest.mark.clause("nejix", "1", "depending on your account configuration")
@pytest.mark.clause("connekz", "1", "(when you use the feature)")
def test_everything_that_keeps_or_sends_more_is_off_until_switched_on():
    chosen = TenantSettings()
    assert not (chosen.is_recording_on)
    assert not (chosen.is_transcription_on)
    assert not (chosen.asks_for_training)
    assert chosen.engines == ("local",)
    assert chosen.deletes_vendor_copy
    assert chosen.on_decline is OnDecline.CONTINUE
    assert dict(chosen.retention_days) == {}
    assert (chosen.entity_set, chosen.threshold, dict(chosen.thresholds)) == ("default", None, {})


def test_no_secret_shows_in_a_repr():
    secrets = TenantSecrets(
        auth_token="canary1",
        api_key_sid="canary2",
        api_key_secret="canary3",
        agent_url="canary4",
        forward_to="canary5",
        recording_keys={"KE": "canary6"},
        hide_words=("canary8",),
        keep_words=("canary9",),
    )
    tenant = Tenant(
        id=TenantId("acme"),
        display_name="Acme",
        policy_id="nejix",
        account_sid=None,
        settings=TenantSettings(),
        secrets=secrets,
        api_key_sha256="canary7",
    )
    assert "canary" not in repr(secrets) + repr(tenant)
