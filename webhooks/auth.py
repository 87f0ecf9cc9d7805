"""Who is asking: Twilio by its signature, a tenant's agent by its key. Whatever cannot be checked is refused.

The signature is checked over the URL as configured, with the raw path and query of the request; Host and forwarded
headers are never read. Only the official validator decides, and any exception of it is a refusal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.exceptions import HTTPException
from twilio.request_validator import RequestValidator

from pipeline.model.errors import NotFound, NotPermitted
from pipeline.model.tenant import Tenant

_MOST_FIELDS: Final = 200
_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A request as it came over the wire."""

    target: str
    """Raw path and query."""
    media_type: str
    signature: str
    body: bytes = field(repr=False)


class Fields(dict[str, list[str]]):
    """Posted fields. A name may come twice; the validator wants all of its values, we the first."""

    def getlist(self, name: str) -> list[str]:
        """Give every value of a field, as the validator asks for them."""
        return self[name]

    def first(self, name: str, default: str = "") -> str:
        """Give the first value of a field."""
        return self.get(name, [default])[0]


async def open_envelope(request: Request) -> Envelope:
    """Take a request as it came; its size was limited before."""
    scope = request.scope
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    target = raw_path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    return Envelope(
        target=target,
        media_type=request.headers.get("content-type", "").split(";")[0].strip().lower(),
        signature=request.headers.get("x-twilio-signature", ""),
        body=await request.body(),
    )


def read_signed(envelope: Envelope, owner: Tenant, *, public_base: str) -> Fields:
    """Check that the tenant's own account signed this, and read the posted fields.

    Raises:
        NotFound: no token is set for the tenant, so nobody can be told from anybody.
        NotPermitted: the signature or the account is another's, or could not be checked.
        HTTPException: 415 for a body that is neither a form nor JSON.
    """
    if not owner.secrets.auth_token or not owner.account_sid:
        raise NotFound
    if envelope.media_type not in (_FORM, _JSON):
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        text = envelope.body.decode("utf-8")
        fields = _form(text) if envelope.media_type == _FORM else _json(text)
        # A JSON body is covered by the signature only through its digest in the signed URL (bodySHA256); given as
        # text without one, the validator raises, which refuses it.
        signed = fields if envelope.media_type == _FORM else text
        url = public_base.rstrip("/") + envelope.target
        is_valid = RequestValidator(owner.secrets.auth_token).validate(url, signed, envelope.signature)
    except Exception as error:
        raise NotPermitted from error
    if is_valid is not True or fields.first("AccountSid") != owner.account_sid:
        raise NotPermitted
    return fields


def _form(text: str) -> Fields:
    fields = Fields()
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"):
        fields.setdefault(name, []).append(value)
    return fields


def _json(text: str) -> Fields:
    document = json.loads(text)
    if not isinstance(document, Mapping):
        raise TypeError("an object is expected")
    return Fields({name: [value] for name, value in document.items() if isinstance(value, str)})
