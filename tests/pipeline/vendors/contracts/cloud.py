"""What every account of a cloud answers. Subclasses give `account`, and one `unreachable` and one `refused`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model.errors import NotFound, VendorError, VendorRefused, VendorUnavailable
from pipeline.ports.cloud import CloudAccount

ASK: dict[str, Callable[[CloudAccount], object]] = {
    "bucket": lambda account: account.describe_bucket("not-there", holds_artifacts=True),
    "key": lambda account: account.describe_key("alias/earmark/not-there"),
    "database": lambda account: account.describe_database("not-there"),
    "role": lambda account: account.describe_role("not-there"),
    "keys": lambda account: account.list_keys("alias/earmark/"),
}
NAMED = {name: ask for name, ask in ASK.items() if name != "keys"}


class CloudContract:
    @pytest.mark.parametrize(
        "ask", [a for name, a in ASK.items() if name != "keys"], ids=[n for n in ASK if n != "keys"]
    )
    def test_what_is_not_there_is_said_to_be_absent(
        self, account: CloudAccount, ask: Callable[[CloudAccount], object]
    ) -> None:
        with pytest.raises(NotFound):
            ask(account)

    def test_an_account_without_keys_has_none(self, account: CloudAccount) -> None:
        assert account.list_keys("alias/earmark/") == ()

    @pytest.mark.parametrize("ask", ASK.values(), ids=ASK.keys())
    def test_who_cannot_be_reached_is_not_absent(
        self, unreachable: CloudAccount, ask: Callable[[CloudAccount], object]
    ) -> None:
        with pytest.raises(VendorUnavailable):
            ask(unreachable)

    @pytest.mark.parametrize("ask", ASK.values(), ids=ASK.keys())
    def test_who_may_not_look_is_told_so(self, refused: CloudAccount, ask: Callable[[CloudAccount], object]) -> None:
        with pytest.raises(VendorRefused) as told:
            ask(refused)
        assert isinstance(told.value, VendorError)
        assert not told.value.retryable
