"""Is an ID token one that the provider made, for us, now, and for this very trip?

Only signatures with two keys count, RS256 and ES256: a token that says it is not signed, or is signed with a secret
that anybody could have, proves nothing. No error says what was in a token.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from pipeline.model.errors import InvalidInput, VendorBrokeContract
from pipeline.model.identity import Provider, checked_subject

ALGORITHMS: Final = ("RS256", "ES256")
_LEEWAY_S: Final = 60
_KINDS: Final = ("RSA", "EC")


def read_subject(token: object, keys: Mapping[str, Any], *, provider: Provider, nonce: str, now: int) -> str:
    """Check a token and give its subject.

    Args:
        token: as the provider answered.
        keys: the key set that the provider publishes.
        provider: who must have made it, and for whom.
        nonce: what the trip was begun with.
        now: seconds since 1970.

    Raises:
        VendorBrokeContract: it proves nothing; the reason is a kind of error.

    Source: OpenID Connect Core 1.0, section 3.1.3.7.
    """
    try:
        read = jwt.decode(_text(token), _public(keys), algorithms=ALGORITHMS)
        _registry(provider, now).validate(read.claims)
        _check_party(read.claims, provider.client_id)
        if not hmac.compare_digest(_text(read.claims["nonce"]).encode(), nonce.encode()):
            raise ValueError
        return checked_subject(_text(read.claims["sub"]))
    except (JoseError, InvalidInput, ValueError, TypeError, KeyError, AttributeError) as error:
        raise VendorBrokeContract("identity provider", "check the token", reason=type(error).__name__) from None


def _registry(provider: Provider, now: int) -> jwt.JWTClaimsRegistry:
    needed: dict[str, jwt.ClaimsOption] = {name: {"essential": True} for name in ("sub", "exp", "iat", "nonce")}
    needed["iss"] = {"essential": True, "value": provider.issuer}
    needed["aud"] = {"essential": True, "value": provider.client_id}
    return jwt.JWTClaimsRegistry(now=now, leeway=_LEEWAY_S, **needed)


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    """Refuse a token that was made for several, or by its own word for another."""
    audience = claims["aud"]
    is_for_several = isinstance(audience, list) and len(audience) > 1
    if (is_for_several or "azp" in claims) and claims.get("azp") != client_id:
        raise ValueError


def _public(keys: Mapping[str, Any]) -> jwk.KeySet:
    """Take the keys that can check a signature; others that a provider publishes are passed over."""
    found = [key for key in keys["keys"] if key.get("kty") in _KINDS and key.get("use", "sig") == "sig"]
    return jwk.KeySet.import_key_set({"keys": found})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
