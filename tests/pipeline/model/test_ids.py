from __future__ import annotations

import re

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import new_id, tenant_id, twilio_sid


def test_an_id_is_its_prefix_and_26_characters_that_nobody_misreads():
    made = [new_id("rec") for _ in range(200)]
    assert all(re.fullmatch(r"rec_[0-9a-hjkmnp-tv-z]{26}", i) for i in made)
    assert len(set(made)) == 200


def test_ids_use_the_whole_alphabet():
    assert len(set("".join(new_id("x")[2:] for _ in range(200)))) == 32


@pytest.mark.parametrize("name", ["ab", "nejix-demo", "a" * 63, "0-9"])
def test_a_tenants_name_is_accepted(name):
    assert tenant_id(name) == name


@pytest.mark.parametrize("name", ["", "a", "-ab", "Ab", "a" * 64, "a/b", "../x", "ab\n", "a b", "äb"])
def test_a_name_that_could_lead_elsewhere_is_refused_without_being_repeated(name):
    with pytest.raises(InvalidInput) as caught:
        tenant_id(name)
    assert not name.strip() or len(name) < 3 or name not in str(caught.value)


@pytest.mark.parametrize("prefix", ["AC", "CA", "RE", "CF"])
def test_a_sid_of_its_kind_is_accepted_and_of_another_refused(prefix):
    sid = prefix + "0123456789abcdef" * 2
    assert twilio_sid(prefix, sid) == sid
    for other in {"AC", "CA", "RE", "CF"} - {prefix}:
        with pytest.raises(InvalidInput):
            twilio_sid(other, sid)


@pytest.mark.parametrize("rest", ["", "0" * 31, "0" * 33, "G" * 32, "A" * 32, "0" * 31 + "/", "0" * 32 + "\n"])
def test_what_is_no_sid_never_gets_into_a_url(rest):
    with pytest.raises(InvalidInput) as caught:
        twilio_sid("RE", "RE" + rest)
    assert str(caught.value) == "not a Twilio RE SID"
