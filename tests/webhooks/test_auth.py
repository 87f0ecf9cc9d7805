from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from twilio.request_validator import RequestValidator

from pipeline.model.tenant import Tenant
from pipeline.store.tenants import change_tenant
from tests.webhooks.conftest import BASE, NEW_YORK, Twilio

ROUTES = ("voice", "consent?attempt=1&step=record", "fallback", "recording", "status", "whisper", "leg", "dial-end")


def sign(owner: Tenant, target: str, fields=None) -> str:
    return RequestValidator(owner.secrets.auth_token).compute_signature(BASE + target, fields or {})


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.acceptance(4)
def test_no_route_answers_what_the_tenants_account_did_not_sign(stage, route):
    call = stage.call(stage.tenant())
    form = call.form(From=NEW_YORK)
    assert stage.client.post(call.path(route), data=form).status_code == 403
    wrong = {"X-Twilio-Signature": sign(call.owner, call.path(route), form | {"From": "+1"})}
    assert stage.client.post(call.path(route), data=form, headers=wrong).status_code == 403
    assert stage.standing(call) == {}


@pytest.mark.parametrize("route", ROUTES)
def test_one_tenants_token_signs_nothing_for_another(stage, route):
    first, second = stage.tenant("first"), stage.tenant("second")
    as_second = Twilio(stage.client, first)
    form = as_second.form() | {"AccountSid": second.account_sid}
    for fields in (form, as_second.form()):
        answer = as_second.post(f"/twilio/first/{route}", fields, token=second.secrets.auth_token)
        assert answer.status_code == 403


@pytest.mark.acceptance(4)
def test_an_account_that_is_not_the_tenants_is_refused_although_the_token_is(stage):
    call = stage.call(stage.tenant())
    assert call.post(call.path("voice"), call.form() | {"AccountSid": "AC" + "0" * 32}).status_code == 403
    assert call.post(call.path("voice"), {"CallSid": call.call_sid}).status_code == 403


@pytest.mark.parametrize("name", ["nobody", "x", "UPPER", "a" * 80, "%2e%2e", "acme%00"])
def test_a_tenant_that_is_not_there_is_not_found(stage, name):
    call = stage.call(stage.tenant())
    assert call.post(f"/twilio/{name}/voice", call.form()).status_code == 404


def test_a_tenant_without_a_token_is_not_found_for_nobody_can_sign(stage):
    call = stage.call(stage.tenant(token=""))
    signed = RequestValidator("").compute_signature(BASE + call.path("voice"), call.form())
    answer = stage.client.post(call.path("voice"), data=call.form(), headers={"X-Twilio-Signature": signed})
    assert answer.status_code == 404


def test_the_address_of_the_request_is_never_believed(stage):
    call = stage.call(stage.tenant())
    assert call.post(call.path("voice"), call.form(), base="http://inside:8000").status_code == 403
    form, target = call.form(), call.path("status")
    headers = {
        "X-Twilio-Signature": sign(call.owner, target, form),
        "Host": "evil.example.com",
        "X-Forwarded-Host": "evil.example.com",
        "X-Forwarded-Proto": "gopher",
    }
    assert stage.client.post(target, data=form, headers=headers).status_code == 204


@pytest.mark.parametrize("query", ["?b=2&a=1", "?a=%2F&b=%7e", "?a=1&a=2", "?empty="])
def test_the_query_is_signed_as_it_was_sent(stage, query):
    call = stage.call(stage.tenant())
    form, target = call.form(), call.path("status") + query
    signed = {"X-Twilio-Signature": sign(call.owner, target, form)}
    assert stage.client.post(target, data=form, headers=signed).status_code == 204
    assert stage.client.post(call.path("status") + "?a=3", data=form, headers=signed).status_code == 403


def test_fields_that_we_do_not_know_are_signed_and_tolerated(stage):
    call = stage.call(stage.tenant())
    fields = call.form(CallToken='{"a":"b"}', Blank="", Spaced="  two  ", Sign="ü&=%")
    assert call.post(call.path("status"), fields).status_code == 204


def json_post(stage, call, body: bytes, *, digest: str | None, content_type: str = "application/json"):
    target = call.path("status") + (f"?bodySHA256={digest}" if digest else "")
    headers = {"X-Twilio-Signature": sign(call.owner, target), "Content-Type": content_type}
    return stage.client.post(target, content=body, headers=headers)


@pytest.mark.acceptance(4)
def test_a_json_body_is_taken_only_under_its_signed_digest(stage):
    call = stage.call(stage.tenant())
    body = json.dumps(call.form(CallStatus="completed")).encode()
    digest = hashlib.sha256(body).hexdigest()
    assert json_post(stage, call, body, digest=digest).status_code == 204
    assert json_post(stage, call, body + b" ", digest=digest).status_code == 403
    assert json_post(stage, call, body, digest=None).status_code == 403
    for broken in (b"", b"[]", b'"x"', b"{", b"\xff\xfe"):
        assert json_post(stage, call, broken, digest=hashlib.sha256(broken).hexdigest()).status_code == 403


@pytest.mark.parametrize("query", ["?bodySHA256={d}&bodySHA256={d}", "?bodySHA256={d}&bodySHA256=", "?bodySHA256="])
def test_a_digest_of_the_body_that_is_there_twice_or_empty_is_refused(stage, query):
    call = stage.call(stage.tenant())
    body = json.dumps(call.form(CallStatus="completed")).encode()
    target = call.path("status") + query.format(d=hashlib.sha256(body).hexdigest())
    headers = {"X-Twilio-Signature": sign(call.owner, target), "Content-Type": "application/json"}
    assert stage.client.post(target, content=body, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{{"AccountSid": "{a}", "CallSid": "{c}", "New": {{"b": [1]}}, "N": 1, "F": 1.5, "T": true, "Z": null}}', 204),
        ('{{"AccountSid": "{a}", "AccountSid": "{a}", "CallSid": "{c}"}}', 403),
        ('{{"AccountSid": ["{a}"], "CallSid": "{c}"}}', 403),
        ('{{"AccountSid": {{"x": "{a}"}}, "CallSid": "{c}"}}', 403),
        ('\ufeff{{"AccountSid": "{a}", "CallSid": "{c}"}}', 403),
        ('{{"AccountSid": "{a}", "CallSid": "{c}", "Words": "\\ud800"}}', 422),
        ('{{"AccountSid": "{a}", "CallSid": "{c}", "Words": "a\\u0000b"}}', 422),
        ('{{"AccountSid": "{a}", "CallSid": "{c}", "N": ' + "9" * 5000 + "}}", 403),
        ('{{"AccountSid": "{a}", "CallSid": "{c}", "Deep": ' + "[" * 20_000 + "]" * 20_000 + "}}", 403),
        ("NaN", 403),
        ("null", 403),
    ],
)
def test_a_signed_json_body_of_any_shape_is_taken_or_refused_and_never_an_error(stage, body, status):
    call = stage.call(stage.tenant())
    sent = body.format(a=call.owner.account_sid, c=call.call_sid).encode()
    assert json_post(stage, call, sent, digest=hashlib.sha256(sent).hexdigest()).status_code == status


def test_a_signed_zero_byte_is_refused(stage):
    call = stage.call(stage.tenant())
    for route in ("status", "voice", "recording"):
        assert call.post(call.path(route), call.form(From="a\x00b")).status_code == 422


# --- schemes

KEY = "webhooks_sharedkey_01"
SHARED = "a secret that is shared"
HINT = f"key={KEY},algorithm=HMAC_SHA256"


def post_signed(stage, call, *, secret: str, algorithm: str, hint: str | None):
    form, target = call.form(), call.path("status")
    signature = RequestValidator(secret).compute_signature(BASE + target, form, algorithm)
    headers = {"X-Twilio-Signature": signature} | (
        {} if hint is None else {"X-Twilio-Webhooks-Signature-Settings": hint}
    )
    return stage.client.post(target, data=form, headers=headers).status_code


def change(stage, owner: Tenant, *, webhook_key: str | None = None, **secrets) -> None:
    changed = replace(
        owner,
        settings=replace(owner.settings, webhook_key=webhook_key),
        secrets=replace(owner.secrets, **secrets),
    )
    with stage.context.database.transaction(owner.id) as tx:
        change_tenant(tx, changed, keys=stage.context.keys, actor="test", changed=[])


@pytest.mark.parametrize(
    ("secret", "algorithm", "hint", "status"),
    [
        (SHARED, "HMAC_SHA256", HINT, 204),
        (SHARED, "HMAC_SHA256", f" algorithm=hmac_sha256 , key={KEY} ", 204),
        (SHARED, "HMAC_SHA256", f"key={KEY},algorithm=HMAC_SHA1", 403),
        (SHARED, "HMAC_SHA256", "key=another,algorithm=HMAC_SHA256", 403),
        (SHARED, "HMAC_SHA256", f"{HINT},key={KEY}", 403),
        (SHARED, "HMAC_SHA256", "algorithm=HMAC_SHA256", 403),
        (SHARED, "HMAC_SHA256", None, 403),
        (SHARED, "HMAC_SHA1", HINT, 403),
        (SHARED, "HMAC_SHA1", None, 403),
        ("token", "HMAC_SHA1", None, 403),
        ("token", "HMAC_SHA256", HINT, 403),
    ],
)
@pytest.mark.acceptance(4)
def test_where_a_shared_key_is_configured_only_it_signs_and_only_with_sha256(stage, secret, algorithm, hint, status):
    call = stage.call(stage.tenant(token="token"))
    change(stage, call.owner, webhook_key=KEY, webhook_keys={KEY: SHARED, "another": "another secret"})
    assert post_signed(stage, call, secret=secret, algorithm=algorithm, hint=hint) == status


@pytest.mark.parametrize(
    ("algorithm", "hint", "status"),
    [
        ("HMAC_SHA1", None, 204),
        ("HMAC_SHA1", "", 204),
        ("HMAC_SHA1", "algorithm=HMAC_SHA1", 204),
        ("HMAC_SHA256", "algorithm=HMAC_SHA256", 403),
        ("HMAC_SHA256", HINT, 403),
        ("HMAC_SHA1", HINT, 403),
        ("HMAC_SHA1", "algorithm=NONE", 403),
    ],
)
def test_where_none_is_configured_the_header_cannot_choose_one(stage, algorithm, hint, status):
    call = stage.call(stage.tenant(token="token"))
    assert post_signed(stage, call, secret="token", algorithm=algorithm, hint=hint) == status


def test_a_shared_key_whose_secret_is_not_set_is_not_found(stage):
    call = stage.call(stage.tenant(token="token"))
    change(stage, call.owner, webhook_key=KEY)
    for secret in ("", "token"):
        assert post_signed(stage, call, secret=secret, algorithm="HMAC_SHA256", hint=HINT) == 404


def test_while_a_token_is_changed_the_one_before_it_signs_too_and_afterwards_no_more(stage):
    call = stage.call(stage.tenant(token="old"))
    tried = {}
    for step in ({}, {"auth_token": "new", "retiring_auth_token": "old"}, {"auth_token": "new"}):
        change(stage, call.owner, **step)
        tried[tuple(step)] = [
            post_signed(stage, call, secret=secret, algorithm="HMAC_SHA1", hint=None) for secret in ("old", "new", "")
        ]
    assert list(tried.values()) == [[204, 403, 403], [204, 204, 403], [403, 204, 403]]


def test_a_signature_that_comes_twice_is_none(stage):
    call = stage.call(stage.tenant())
    form, target = call.form(), call.path("status")
    signature = sign(call.owner, target, form)
    headers = [("X-Twilio-Signature", signature), ("X-Twilio-Signature", signature)]
    assert stage.client.post(target, data=form, headers=headers).status_code == 403


# --- addresses


@pytest.mark.parametrize(
    "base", ["https://u:p@earmark.example.com", "https://earmark.example.com:8443", "http://h:80/"]
)
def test_a_public_address_with_a_user_or_a_port_is_signed_as_it_is_configured(stage, base):
    call = stage.call(stage.tenant())
    there = stage.on(stage.context.database, public_base=base)
    form, target = call.form(), call.path("status")
    signature = RequestValidator(call.owner.secrets.auth_token).compute_signature(base.rstrip("/") + target, form)
    answer = there.client.post(target, data=form, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 204


def test_the_path_is_signed_as_it_was_sent_with_its_case_and_its_escapes(stage):
    call = stage.call(stage.tenant())
    form, escaped = call.form(), call.path("status").replace("status", "%73tatus")
    for target, signed in ((escaped, escaped), (escaped, call.path("status")), (call.path("status"), escaped)):
        answer = stage.client.post(target, data=form, headers={"X-Twilio-Signature": sign(call.owner, signed, form)})
        assert answer.status_code == (204 if target == signed else 403)


def test_one_changed_byte_breaks_a_signature(stage):
    call = stage.call(stage.tenant())
    form, target = call.form(CallStatus="completed"), call.path("status")
    signature = sign(call.owner, target, form)
    for at in range(len(signature)):
        changed = signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]
        answer = stage.client.post(target, data=form, headers={"X-Twilio-Signature": changed})
        assert answer.status_code == 403


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "", "application/xml"])
def test_a_body_that_is_neither_form_nor_json_is_refused(stage, content_type):
    call = stage.call(stage.tenant())
    headers = {"X-Twilio-Signature": sign(call.owner, call.path("status")), "Content-Type": content_type}
    assert stage.client.post(call.path("status"), content=b"a=b", headers=headers).status_code == 415


@pytest.mark.parametrize("body", [b"a=%ff", b"\xff=1", b"&".join(b"a%d=1" % n for n in range(300))])
def test_a_form_that_cannot_be_read_is_refused(stage, body):
    call = stage.call(stage.tenant())
    headers = {
        "X-Twilio-Signature": sign(call.owner, call.path("status")),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    assert stage.client.post(call.path("status"), content=body, headers=headers).status_code == 403


def test_only_posts_are_answered(stage):
    call = stage.call(stage.tenant())
    for route in ROUTES:
        assert stage.client.get(call.path(route)).status_code == 405
