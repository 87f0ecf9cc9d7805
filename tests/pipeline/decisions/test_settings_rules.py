from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.decisions.settings_rules import check_settings, engine_forbidden, forbids_training, regions_allowed
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings, Topology
from pipeline.policies.loader import load_bundle, load_scripts
from pipeline.policies.scripts import ScriptId
from tests.builders import ON_FILE
from tests.pipeline.policies.variants import variant

TODAY = date(2026, 11, 21)
ACME = Tenant(
    id=TenantId("acme"), display_name="Acme", policy_id="connekz", account_sid=None, settings=TenantSettings(),
    secrets=TenantSecrets(agent_url="wss://agent.example.com/"), registry=ON_FILE,
)  # fmt: skip


def check(policy: str = "connekz", secrets: dict | None = None, *, registry=ON_FILE, wordings=None, **settings):
    after = replace(
        ACME,
        settings=replace(ACME.settings, **settings),
        secrets=replace(ACME.secrets, **(secrets or {})),
        registry=registry,
        wordings=wordings or {},
    )
    check_settings(replace(ACME, registry=registry), after, [load_bundle(policy)], today=TODAY)


@pytest.mark.parametrize(
    "settings",
    [
        {"is_recording_on": True, "is_transcription_on": True, "asks_for_training": True},
        {"engines": ("deepgram", "local")},
        {"establishment": ("US-CA", "nz"), "locale": "es-ES"},
        {"entity_set": "health", "threshold": 0.2, "thresholds": {"PERSON": 0.1}, "padding_ms": 300},
        {"region": "eu-central-1"},
        {"speaker_channels": {"StartCallRecordingTwiML": "caller,agent"}},
    ],
)
def test_what_fits_is_accepted(settings):
    check(**settings)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"retention_days": {"recording.original": 0}}, "recording.original may be kept"),
        ({"retention_days": {"sofa": 3}}, "kind of artifact"),
        ({"regulated_in": ("HU",)}, "nothing is on file"),
        ({"regulated_in": ("US-CA",)}, "regulated in some of"),
        ({"engines": ()}, "recognisers"),
        ({"engines": ("local", "local")}, "recognisers"),
        ({"engines": ("siri",)}, "recognisers"),
        ({"entity_set": "some"}, "no entity set"),
        ({"threshold": 1.2}, "threshold"),
        ({"thresholds": {"PERSON": -0.1}}, "threshold"),
        ({"thresholds": {"MOOD": 0.1}}, "no type"),
        ({"text_style": "glitter"}, "text style"),
        ({"region": "moon-1"}, "region"),
        ({"region": "EU CENTRAL"}, "region"),
        ({"establishment": ("Atlantis",)}, "place"),
        ({"locale": "xx-XX"}, "xx-XX"),
        ({"voicemail_s": 5}, "message"),
        ({"pci_mode": "maybe"}, "PCI"),
        ({"topology": Topology.FORWARD}, "put through"),
        ({"speaker_channels": {"x": "caller,caller"}}, "channels"),
        ({"webhook_key": "k1"}, "secret yet"),
    ],
)
def test_what_cannot_be_in_force_is_refused_by_name(settings, says):
    with pytest.raises(InvalidInput, match=says):
        check(**settings)


@pytest.mark.parametrize(
    "secrets",
    [
        {"agent_url": "https://canary.example.com/"}, {"contact_email": "canary"}, {"notice_url": "http://canary.example/"},
        {"notice_url": "https://canary.example/"}, {"api_key_sid": "canary"}, {"hide_words": ("canary", "?")},
    ],
)  # fmt: skip
def test_no_refusal_repeats_a_secret_or_a_word(secrets):
    with pytest.raises(InvalidInput) as told:
        check(secrets=secrets)
    assert "canary" not in str(told.value)


def test_a_recogniser_whose_company_the_policy_does_not_list_is_refused_with_its_clause():
    with pytest.raises(InvalidInput, match="Key sub-processors include"):
        check("nejix", engines=("deepgram",))
    assert engine_forbidden("deepgram", load_bundle("connekz")) is None
    assert engine_forbidden("local", load_bundle("nejix")) is None


def test_a_recogniser_whose_company_nothing_on_file_proves_is_not_chosen_anew():
    with pytest.raises(InvalidInput, match="no evidence in force about deepgram"):
        check(registry=(), engines=("deepgram",))
    kept = replace(ACME, settings=replace(ACME.settings, engines=("deepgram",)), registry=())
    check_settings(kept, kept, [load_bundle("connekz")], today=TODAY)


def test_a_wording_is_held_against_what_must_be_said():
    ours = load_scripts("en-US").scripts[ScriptId.ANNOUNCE].text
    check(wordings={"announce:en-US": ours})
    for name, text in (("announce:en-US", "Hello there."), ("announce:xx-XX", ours), ("sing:en-US", ours)):
        with pytest.raises(InvalidInput):
            check(wordings={name: text})


def test_nobody_is_asked_for_training_that_the_policy_forbids_and_the_clause_is_told():
    never = variant("connekz", {"training/scope": "none"})
    assert "§" in (forbids_training(never) or "")
    asking = replace(ACME, settings=replace(ACME.settings, asks_for_training=True))
    with pytest.raises(InvalidInput, match="§"):
        check_settings(ACME, asking, [load_bundle("connekz"), never], today=TODAY)


def test_regions_are_this_building_and_where_the_policys_hosts_are():
    assert regions_allowed(load_bundle("nejix")) == ("local", "us", "eu", "ap")
