"""What is remembered, of whom."""

from __future__ import annotations

import re
from datetime import timedelta

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


def test_a_clock_that_calls_lead_stands_still_but_for_them():
    ledger = Ledger()
    ledger.lead()
    begin = ledger.now()
    assert ledger.now() == begin
    ledger.follow(begin + timedelta(seconds=7))
    assert ledger.now() == begin + timedelta(seconds=7)


def test_a_clock_that_nobody_leads_takes_no_calls_word_for_the_time():
    ledger = Ledger()
    ledger.follow(ledger.now() + timedelta(days=7))
    second = ledger.now()
    ledger.follow(second + timedelta(days=7))
    assert ledger.now() - second < timedelta(days=1)
