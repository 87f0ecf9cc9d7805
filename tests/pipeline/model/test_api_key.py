from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.model.api_key import ApiKey, KeyHolder, Scope, is_same_secret, key_label, new_secret, read_key
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_key_is_read_as_it_was_made_and_shows_no_secret():
    made = new_secret()
    assert read_key(made.text) == (made.id, made.sha256)
    assert hashlib.sha256(made.text.rpartition("_")[2].encode()).hexdigest() == made.sha256
    assert made.text not in repr(made)
    assert made.sha256 not in repr(made)


@pytest.mark.parametrize("change", [str.upper, lambda t: t[:-1], lambda t: t + "0", lambda t: f" {t}", lambda _: ""])
def test_what_is_written_otherwise_is_no_key(change):
    assert read_key(change(new_secret().text)) is None


def test_a_key_opens_until_its_end_or_its_revocation():
    key = ApiKey(
        id="key_1", label="crm", scopes=frozenset(Scope), created_by="user:ada", created_at=NOW,
        expires_at=NOW + timedelta(days=1), revoked_at=None,
    )  # fmt: skip
    assert key.is_live(NOW)
    assert not key.is_live(NOW + timedelta(days=1))


def test_digests_are_compared_whole():
    assert is_same_secret("ab", "ab")
    assert not is_same_secret("ab", "ac")


@pytest.mark.parametrize("label", ["", "Ada Lovelace", "a" * 41, "-x", "ada@example.com"])
def test_a_label_is_no_sentence(label):
    with pytest.raises(InvalidInput):
        key_label(label)


def test_acts_stand_under_the_keys_id():
    assert KeyHolder(tenant=TenantId("acme"), scopes=frozenset(), key="key_1").actor == "key:key_1"
    assert KeyHolder(tenant=TenantId("acme"), scopes=frozenset()).actor == "api:acme"
