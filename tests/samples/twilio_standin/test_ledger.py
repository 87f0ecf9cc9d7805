"""What is remembered, of whom."""

from __future__ import annotations

import re

from samples.twilio_standin.ledger import Account, Ledger, new_sid


def test_sids_have_twilios_form():
    assert re.fullmatch(r"RE[0-9a-f]{32}", new_sid("RE"))


def test_credentials_never_show():
    account = Account(sid="AC1", auth_token="very secret", api_keys={"SK1": "also secret"})
    assert "secret" not in repr(account)


def test_a_replaced_token_no_longer_opens_the_account():
    ledger = Ledger()
    account = ledger.add_account(Account(sid="AC1", auth_token="old"))
    account.auth_token = "new"
    assert (account.accepts("AC1", "old"), account.accepts("AC1", "new")) == (False, True)


def test_time_can_be_let_pass():
    ledger = Ledger()
    before = ledger.now()
    ledger.advance(days=2)
    assert (ledger.now() - before).days == 2
