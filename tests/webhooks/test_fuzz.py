"""Every public route is asked strange things. Nothing may be an error of ours, and every refusal is a problem document.

Routes come from the application itself, so a new one is asked from its first day; bodies of the API come from its own
OpenAPI document.
"""

from __future__ import annotations

import hashlib
import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from pipeline.model.errors import NotPermitted
from tests.fuzz.cases import MORE
from tests.webhooks.conftest import API_KEY, BASE, DENVER, NEW_YORK
from webhooks.auth import Envelope, read_signed
from webhooks.pages.problem_pages import AREAS

SID = "CA" + "0" * 32
PLACES = {
    "tenant": st.sampled_from([*["fuzzed"] * 12, "nobody", "X", "%00", "..%2f"]),
    "call_sid": st.sampled_from([SID, SID, "CA1", "RE" + "0" * 32, "%00", "CA" + "g" * 32]),
}
TEXTS = st.one_of(
    st.sampled_from(
        ["", "1", "2", "#", SID, "RE" + "1" * 32, "CF" + "1" * 32, NEW_YORK, DENVER, "client:x", "sip:a@b"]
    ),
    st.sampled_from(
        ["completed", "in-progress", "absent", "failed", "participant-join", "machine_start", "true", "-1"]
    ),
    st.sampled_from(
        ["9" * 40, "NaN", "1e999", "Sat, 99 Nov 2026 09:00:05 +9999", '{"type": 1}', "[" * 500, "٣", "\x00"]
    ),
    st.text(max_size=30),
)
KNOWN = """
    CallSid CallStatus From To Direction Digits SpeechResult Confidence AnsweredBy FromCountry FromState ForwardedFrom
    CalledVia DialCallStatus DialCallSid DialBridged RecordingSid RecordingStatus RecordingSource RecordingChannels
    RecordingStartTime RecordingDuration ErrorCode EncryptionDetails ConferenceSid FriendlyName StatusCallbackEvent
    ParentCallSid AccountSid Timestamp SequenceNumber Muted
"""
NAMES = st.one_of(st.sampled_from(KNOWN.split()), st.text(max_size=10))
QUERY = st.lists(
    st.tuples(st.one_of(st.sampled_from(["attempt", "call", "step", "leg", "limit", "bodySHA256"]), NAMES), TEXTS),
    max_size=3,
)
FORM = st.dictionaries(NAMES, TEXTS, max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from([f"Bearer {API_KEY}", f"Bearer {API_KEY}", "Bearer wrong", "Basic eDp5", "Bearer \xff", ""])


@pytest.fixture
def fuzzed(stage):
    """An app with one tenant and one call, and what it says of itself."""
    owner = stage.tenant("fuzzed", api_key=API_KEY)
    call = stage.call(owner)
    call.call_sid = SID
    call.ring()
    routes = sorted({(method, route.path) for route in _routes(stage.client.app) for method in route.methods or ()})
    assert len([path for _, path in routes if path.startswith("/twilio/")]) > 8
    assert len([path for _, path in routes if path.startswith("/api/")]) > 3
    return stage, owner, routes, stage.client.get("/api/v1/openapi.json").json()


def _routes(app):
    """Give every route, also those of included routers, which the framework keeps apart."""
    for route in app.routes:
        yield from getattr(route, "original_router", None).routes if hasattr(route, "original_router") else [route]


def bodies(described: dict, path: str, method: str):
    """Draw what the document says a route takes, with some of it replaced by anything."""
    operation = described["paths"].get(path, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    named = described["components"]["schemas"].get(content.get("$ref", "").rpartition("/")[2], {})
    values = {name: st.one_of(_of(field, described), JSON) for name, field in named.get("properties", {}).items()}
    return st.one_of(st.fixed_dictionaries({}, optional=values), JSON)


def _of(schema: dict, described: dict):
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of(*(_of(one, described) for one in schema["anyOf"]))
    if schema.get("format") == "date-time":
        return st.sampled_from(["2026-11-21T09:00:00+00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    return {"integer": st.integers(), "boolean": st.booleans(), "null": st.none()}.get(schema.get("type", ""), TEXTS)


def check(answer, *, is_page: bool = False) -> None:
    """A refusal is told as a problem; on the pages that people see, it is told on the page."""
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    if answer.status_code >= 400 and not (is_page and answer.headers["content-type"].startswith("text/html")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


def filled(path: str, data) -> str:
    parts = []
    for part in path.split("/"):
        if part.startswith("{"):
            strange = st.text(min_size=1, max_size=12).map(lambda text: quote(text, safe=""))
            parts.append(data.draw(PLACES.get(part.strip("{}"), strange)))
        else:
            parts.append(part)
    return "/".join(parts)


@settings(max_examples=int(MORE or 250))
@given(data=st.data())
def test_no_webhook_that_twilio_signed_or_anybody_else_sent_is_an_error_of_ours(fuzzed, data):
    stage, owner, routes, _ = fuzzed
    _, path = data.draw(st.sampled_from([route for route in routes if route[1].startswith("/twilio/")]))
    query = data.draw(QUERY)
    target = filled(path, data) + (f"?{urlencode(query)}" if query else "")
    form = {"AccountSid": owner.account_sid, "CallSid": SID} | data.draw(FORM)
    is_json = data.draw(st.integers(0, 4)) == 0
    body = (json.dumps(form | {"Odd": data.draw(JSON)}) if is_json else urlencode(form)).encode()
    headers = {"Content-Type": "application/json" if is_json else "application/x-www-form-urlencoded"}
    if is_json:
        target += ("&" if query else "?") + f"bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = RequestValidator(owner.secrets.auth_token).compute_signature(BASE + target, {} if is_json else form)
    sent = data.draw(st.sampled_from([signature, signature, signature, signature[:-1], "", "\xff"]))
    headers["X-Twilio-Signature"] = sent.encode("latin-1")
    answer = stage.client.post(target, content=body, headers=headers)
    check(answer)
    assert answer.status_code != 200 or answer.headers["content-type"].startswith("text/xml")
    assert sent == signature or answer.status_code >= 400


@settings(max_examples=int(MORE or 250))
@given(data=st.data())
def test_no_request_of_the_api_and_no_unknown_one_is_an_error_of_ours(fuzzed, data):
    stage, _, routes, described = fuzzed
    method, path = data.draw(st.sampled_from([route for route in routes if not route[1].startswith("/twilio/")]))
    method = data.draw(st.sampled_from([method, method, method, "GET", "POST", "DELETE", "TRACE", "STRANGE"]))
    query = data.draw(QUERY)
    target = filled(path, data) + (f"?{urlencode(query)}" if query else "")
    body = data.draw(
        st.one_of(bodies(described, path, method).map(lambda b: json.dumps(b).encode()), st.binary(max_size=40))
    )
    headers = {"Authorization": data.draw(KEYS).encode("latin-1"), "Content-Type": "application/json"}
    is_page = path.startswith(("/subjects/", *AREAS))
    check(stage.client.request(method, target, content=body, headers=headers), is_page=is_page)


@settings(max_examples=int(MORE or 300))
@given(
    target=st.text(st.characters(codec="latin-1"), max_size=60),
    media_type=st.sampled_from(["application/json", "application/x-www-form-urlencoded"]),
    signature=st.text(max_size=40),
    scheme=st.text(max_size=40),
    body=st.binary(max_size=80),
)
def test_whatever_the_validator_makes_of_an_envelope_nobody_is_let_in(
    tenant, target, media_type, signature, scheme, body
):
    envelope = Envelope(target=target, media_type=media_type, signature=signature, scheme=scheme, body=body)
    with pytest.raises(NotPermitted):
        read_signed(envelope, tenant, public_base=BASE)
