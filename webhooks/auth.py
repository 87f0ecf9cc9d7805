"""Who is asking: Twilio by its signature, a tenant's agent by its key. Whatever cannot be checked is refused.

The signature is checked over the URL as configured, with the raw path and query of the request; Host and forwarded
headers are never read. Which scheme holds is ours to say, from the tenant's settings: the header that names one is a
hint that must agree. Only the official validator decides, and any exception of it is a refusal.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.exceptions import HTTPException
from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator

from pipeline.model.errors import InvalidInput, NotFound, NotPermitted
from pipeline.model.tenant import Tenant

_MOST_FIELDS: Final = 200
_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"
_BODY_DIGEST: Final = "bodySHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A request as it came over the wire."""

    target: str
    """Raw path and query."""
    media_type: str
    signature: str
    body: bytes = field(repr=False)
    scheme: str = ""
    """What the vendor says it signed with, such as `key=...,algorithm=HMAC_SHA256`; empty for the auth token."""


class Fields(dict[str, list[str]]):
    """Posted fields. A name may come twice; the validator wants all of its values, we the first."""

    def getall(self, name: str) -> list[str]:
        """Give every value of a field, as the validator asks for them."""
        return self[name]

    def first(self, name: str, default: str = "") -> str:
        """Give the first value of a field."""
        return self.get(name, [default])[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scheme:
    algorithm: str
    key: str = ""
    secrets: tuple[str, ...] = field(repr=False)


async def open_envelope(request: Request) -> Envelope:
    """Take a request as it came; its size was limited before."""
    scope = request.scope
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    target = raw_path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    return Envelope(
        target=target,
        media_type=_only(request, "content-type").split(";")[0].strip().lower(),
        signature=_only(request, "x-twilio-signature"),
        scheme=_only(request, "x-twilio-webhooks-signature-settings"),
        body=await request.body(),
    )


def read_signed(envelope: Envelope, owner: Tenant, *, public_base: str) -> Fields:
    """Check that the tenant's own account signed this, and read the posted fields.

    Raises:
        NotFound: no secret is set for the tenant, so nobody can be told from anybody.
        NotPermitted: the signature, its scheme or the account is another's, or could not be checked.
        InvalidInput: signed, and yet no text: a value that no database could keep.
        HTTPException: 415 for a body that is neither a form nor JSON.
    """
    scheme = _scheme_of(owner)
    if not owner.account_sid or not all(scheme.secrets):
        raise NotFound
    if envelope.media_type not in (_FORM, _JSON):
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        fields = _checked(envelope, scheme, url=public_base.rstrip("/") + envelope.target)
    except Exception as error:
        raise NotPermitted from error
    if fields is None or fields.first("AccountSid") != owner.account_sid:
        raise NotPermitted
    if not all(_is_text(value) for values in fields.values() for value in values):
        raise InvalidInput
    return fields


def _scheme_of(owner: Tenant) -> _Scheme:
    """Say what must have signed. While a token is being changed the one before it holds too."""
    key, secrets = owner.settings.webhook_key, owner.secrets
    if key is not None:
        return _Scheme(algorithm=HMAC_SHA256, key=key, secrets=(secrets.webhook_keys.get(key, ""),))
    retiring = (secrets.retiring_auth_token,) if secrets.retiring_auth_token else ()
    return _Scheme(algorithm=HMAC_SHA1, secrets=(secrets.auth_token, *retiring))


def _checked(envelope: Envelope, scheme: _Scheme, *, url: str) -> Fields | None:
    if _claimed(envelope.scheme) != (scheme.key, scheme.algorithm):
        return None
    text = envelope.body.decode("utf-8")
    is_form = envelope.media_type == _FORM
    if not is_form and not _is_digest_signed(envelope.target):
        return None
    fields = _form(text) if is_form else _json(text)
    # A JSON body is covered by the signature only through its digest in the signed URL, and only if the validator is
    # given it as text.
    signed = fields if is_form else text
    is_valid = any(
        RequestValidator(secret).validate(url, signed, envelope.signature, scheme.algorithm) is True
        for secret in scheme.secrets
    )
    return fields if is_valid else None


def _claimed(header: str) -> tuple[str, str]:
    """Read what the vendor says it signed with; nothing said means the auth token and HMAC-SHA1."""
    said: dict[str, str] = {}
    for part in filter(str.strip, header.split(",")):
        name, _, value = part.partition("=")
        if name.strip() in said:
            raise ValueError("a part of the scheme is named twice")
        said[name.strip()] = value.strip()
    return said.get("key", ""), said.get("algorithm", HMAC_SHA1).upper()


def _is_digest_signed(target: str) -> bool:
    pairs = parse_qsl(target.partition("?")[2], keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    return [name for name, _ in pairs].count(_BODY_DIGEST) == 1


def _form(text: str) -> Fields:
    fields = Fields()
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"):
        fields.setdefault(name, []).append(value)
    return fields


def _json(text: str) -> Fields:
    """Read an object's texts and whole numbers; what is nested is nothing that we ask for."""
    document = json.loads(text, object_pairs_hook=_each_once)
    if not isinstance(document, dict) or len(document) > _MOST_FIELDS:
        raise TypeError("an object of few fields is expected")
    return Fields(
        {
            name: [str(value)]
            for name, value in document.items()
            if isinstance(value, str | int) and not isinstance(value, bool)
        }
    )


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name comes twice")
    return document


def _is_text(value: str) -> bool:
    """Say whether a database could keep it: no zero byte, no half of a surrogate pair."""
    try:
        return b"\x00" not in value.encode()
    except UnicodeEncodeError:
        return False


def _only(request: Request, name: str) -> str:
    """Give a header that may come once; one that comes twice is none that can be believed."""
    values = request.headers.getlist(name)
    return values[0] if len(values) == 1 else ""
