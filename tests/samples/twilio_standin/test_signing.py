"""How webhooks are signed, checked with Twilio's own validator."""

from __future__ import annotations

import hashlib
import json

from twilio.request_validator import HMAC_SHA256, RequestValidator, get_signature_algorithm

from samples.twilio_standin.ledger import Account
from samples.twilio_standin.signing import sign

URL = "https://earmark.example.com/twilio/acme/consent?step=record&attempt=1"
FORM = {"AccountSid": "AC1", "Digits": "1"}


def an_account(**settings):
    return Account(sid="AC" + "a" * 32, auth_token="token", **settings)


def test_a_form_is_signed_with_the_token_over_the_address_as_it_was_given():
    signed = sign(an_account(), URL, FORM, method="POST")
    assert signed.url.endswith("?attempt=1&step=record")
    assert RequestValidator("token").validate(URL, FORM, signed.headers["X-Twilio-Signature"])
    assert "X-Twilio-Webhooks-Signature-Settings" not in signed.headers


def test_a_shared_key_signs_with_sha256_and_says_so():
    signed = sign(an_account(webhook_key=("webhooks_key_1", "secret")), URL, FORM, method="POST")
    settings = signed.headers["X-Twilio-Webhooks-Signature-Settings"]
    assert settings == "key=webhooks_key_1,algorithm=HMAC_SHA256"
    assert get_signature_algorithm(settings) == HMAC_SHA256
    signature = signed.headers["X-Twilio-Signature"]
    assert RequestValidator("secret").validate(URL, FORM, signature, HMAC_SHA256)
    assert not RequestValidator("secret").validate(URL, FORM, signature)


def test_a_json_body_is_covered_by_its_digest_in_the_address():
    signed = sign(an_account(sends_json=True), URL, FORM, method="POST")
    body = (signed.body or b"").decode()
    assert json.loads(body) == FORM
    assert f"bodySHA256={hashlib.sha256(body.encode()).hexdigest()}" in signed.url
    validator = RequestValidator("token")
    assert validator.validate(signed.url, body, signed.headers["X-Twilio-Signature"])
    assert not validator.validate(signed.url, body.replace("1", "2"), signed.headers["X-Twilio-Signature"])


def test_another_token_signs_from_the_moment_it_is_promoted():
    account = an_account()
    before = sign(account, URL, FORM, method="POST").headers["X-Twilio-Signature"]
    account.auth_token = "promoted"
    after = sign(account, URL, FORM, method="POST").headers["X-Twilio-Signature"]
    assert RequestValidator("token").validate(URL, FORM, before)
    assert not RequestValidator("token").validate(URL, FORM, after)
    assert RequestValidator("promoted").validate(URL, FORM, after)
