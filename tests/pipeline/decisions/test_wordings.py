from __future__ import annotations

import hashlib

import pytest

from pipeline.consent.script import MAX_CHARS
from pipeline.decisions.wordings import clear_wording, set_wording
from pipeline.model.errors import Conflict, InvalidInput, NotFound
from pipeline.store.tenants import get_tenant

OWN = (
    "Hello from {tenant_name}, I am an AI assistant. We would like this call to be recorded and transcribed "
    "in order to keep your order straight. Say at any time that you do not want to be recorded."
)


def put(line, wording: str = OWN, script: str = "announce", locale: str = "en-US"):
    with line.tx() as tx:
        owner = get_tenant(tx, keys=line.context.vault.keys)
        return set_wording(tx, owner, script, locale, wording=wording, actor="user:1")


def in_force(line) -> dict[str, str]:
    with line.tx() as tx:
        return dict(get_tenant(tx, keys=line.context.vault.keys).wordings)


def test_a_checked_wording_is_in_force_and_the_log_holds_its_digest_and_no_word_of_it(line):
    added = put(line, OWN.replace(" ", "\n  ", 3))
    assert in_force(line) == {"announce:en-US": OWN}
    digest = hashlib.sha256(OWN.encode()).hexdigest()
    assert (added.version, added.sha256, added.actor) == (1, digest, "user:1")
    assert line.events("tenant:wording:changed") == [
        {"script": "announce", "locale": "en-US", "version": 1, "sha256": digest}
    ]


def test_the_same_words_again_are_no_new_version(line):
    put(line)
    assert put(line, OWN + " ").version == 1
    assert len(line.events("tenant:wording:changed")) == 1


def test_other_words_are_a_new_version_and_the_old_ones_may_come_back(line):
    put(line)
    assert put(line, OWN.replace("Hello", "Good day")).version == 2
    assert put(line).version == 3
    assert in_force(line) == {"announce:en-US": OWN}


@pytest.mark.parametrize(
    ("wording", "says"),
    [
        (OWN.replace("recorded", "kept"), "that the call is recorded"),
        (OWN.replace("an AI assistant", "Robin"), "first sentence"),
        (OWN + " We may train models on it.", "its own question"),
        (OWN + " <break/>", "cannot be spoken"),
        (OWN + " \x00", "cannot be spoken"),
        (OWN + " and on" * 1000, "longer than"),
        ("", "empty"),
    ],
)
def test_a_wording_that_must_not_be_spoken_changes_nothing(line, wording, says):
    put(line)
    with pytest.raises(InvalidInput, match=says):
        put(line, wording)
    assert in_force(line) == {"announce:en-US": OWN}


def test_a_wording_that_only_the_tenants_name_makes_too_long_is_refused_now_and_not_during_a_call(line):
    holders = " ".join(["{tenant_name}"] * 30)
    filler = "a" * (MAX_CHARS - len(OWN.replace("{tenant_name}", "")) - 30 - 3)
    with pytest.raises(InvalidInput, match="with the name in it"):
        put(line, f"{OWN} {holders} {filler}")
    assert in_force(line) == {}


def test_there_is_nothing_to_check_against_in_a_language_without_scripts(line):
    with pytest.raises(NotFound):
        put(line, locale="it-IT")
    with pytest.raises(InvalidInput, match="no such script"):
        put(line, script="sing")


def test_what_is_cleared_is_ours_again_and_stays_in_the_log(line):
    put(line)
    with line.tx() as tx:
        assert clear_wording(tx, "announce", "en-US", actor="user:2").version == 2
    assert in_force(line) == {}
    assert line.events("tenant:wording:changed")[-1]["sha256"] is None


def test_there_must_be_something_to_clear(line):
    for script, error in (("announce", Conflict), ("sing", InvalidInput)):
        with pytest.raises(error), line.tx() as tx:
            clear_wording(tx, script, "en-US", actor="user:2")
    assert line.events("tenant:wording:changed") == []
