"""What every way to an identity provider must do. An adapter's test class inherits these cases and gives its `side`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.model.errors import VendorBrokeContract, VendorError, VendorRefused, VendorUnavailable
from pipeline.model.identity import Provider
from pipeline.ports.identity import Begun, Identities

BACK_TO = "https://earmark.example.com/sign-in/oidc/back"


@dataclass(frozen=True, kw_only=True)
class IdentitySide:
    """The adapter, a provider at a real server, how a person proves themselves there, and how it goes wrong."""

    identities: Identities
    provider: Provider
    subject: str
    prove: Callable[[str], str]
    """Give the code that a person comes back with from an address."""
    fail: Callable[[int], None]
    """Have the provider answer with a status wherever it exchanges codes."""
    vouch_for_another: Callable[[], None]
    """Have the provider name another audience in its proof."""


class IdentityContract:
    """Fixtures of the subclass: `side`, `nobody_there` (a provider with no server behind)."""

    def begin(self, side: IdentitySide) -> Begun:
        return side.identities.begin(side.provider, back_to=BACK_TO)

    def test_whom_the_provider_vouches_for_is_named(self, side: IdentitySide) -> None:
        begun = self.begin(side)
        code = side.prove(begun.address)
        assert side.identities.finish(side.provider, begun.trip, code, back_to=BACK_TO) == side.subject

    def test_every_trip_is_another_and_its_secrets_stay_here(self, side: IdentitySide) -> None:
        first, second = self.begin(side), self.begin(side)
        parts = [{*(trip.state, trip.nonce, trip.verifier)} for trip in (first.trip, second.trip)]
        assert len(parts[0] | parts[1]) == 6
        assert min(len(part) for part in parts[0]) >= 43
        asked = parse_qs(urlsplit(first.address).query)
        assert (asked["state"], asked["nonce"]) == ([first.trip.state], [first.trip.nonce])
        assert first.trip.verifier not in first.address
        assert side.provider.client_secret not in first.address
        assert not any(part in repr(first) for part in parts[0])

    def test_a_code_is_good_for_one_time_and_for_its_own_trip(self, side: IdentitySide) -> None:
        begun, other = self.begin(side), self.begin(side)
        code = side.prove(begun.address)
        with pytest.raises(VendorRefused):
            side.identities.finish(side.provider, other.trip, code, back_to=BACK_TO)
        code = side.prove(begun.address)
        side.identities.finish(side.provider, begun.trip, code, back_to=BACK_TO)
        with pytest.raises(VendorRefused):
            side.identities.finish(side.provider, begun.trip, code, back_to=BACK_TO)

    def test_a_proof_for_another_nonce_or_somebody_else_proves_nothing(self, side: IdentitySide) -> None:
        begun = self.begin(side)
        with pytest.raises(VendorBrokeContract):
            trip = replace(begun.trip, nonce="another")
            side.identities.finish(side.provider, trip, side.prove(begun.address), back_to=BACK_TO)
        side.vouch_for_another()
        with pytest.raises(VendorBrokeContract):
            side.identities.finish(side.provider, begun.trip, side.prove(begun.address), back_to=BACK_TO)

    @pytest.mark.parametrize(
        ("status", "error"), [(500, VendorUnavailable), (429, VendorUnavailable), (403, VendorRefused)]
    )
    def test_a_provider_that_fails_is_worth_another_attempt_and_one_that_refuses_is_not(
        self, side: IdentitySide, status: int, error: type[VendorError]
    ) -> None:
        begun = self.begin(side)
        code = side.prove(begun.address)
        side.fail(status)
        with pytest.raises(error) as told:
            side.identities.finish(side.provider, begun.trip, code, back_to=BACK_TO)
        assert told.value.status == status
        assert code not in str(told.value)

    def test_a_provider_that_is_not_there_is_unavailable(self, side: IdentitySide, nobody_there: Provider) -> None:
        with pytest.raises(VendorUnavailable):
            side.identities.begin(nobody_there, back_to=BACK_TO)
