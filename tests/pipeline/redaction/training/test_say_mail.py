from __future__ import annotations

from random import Random

from pipeline.redaction.training.say_mail import mail, mail_host, signs, site

SEEDS = range(400)


def ways(local: str, names: tuple[str, ...] = ()) -> set[str]:
    return {" ".join(signs(Random(seed), local, names=names)) for seed in SEEDS}


def test_names_in_an_address_are_said_as_words_of_their_own() -> None:
    said = ways("annabell", ("anna", "bell"))
    assert {"anna bell", "annabell"} <= said


def test_digits_in_an_address_are_said_in_several_manners() -> None:
    assert {"anna one nine eight four", "anna nineteen eighty four", "anna 1984"} <= ways("anna1984")


def test_signs_are_said_by_their_names() -> None:
    said = ways("anna_b-c.d!")
    assert any("underscore" in one and "hyphen" in one and "dot" in one for one in said)
    assert any("exclamation mark" in one for one in said)


def test_a_capital_is_said_or_not() -> None:
    assert {"apple", "capital apple", "apple with a capital a"} <= ways("Apple")


def test_an_address_has_its_at_or_is_written_whole() -> None:
    said = [mail(Random(seed), "anna", "gmail.com") for seed in SEEDS]
    assert ["anna@gmail.com"] in said
    assert ["anna", "at", "gmail", "dot", "com"] in said
    assert all({"at", "@", "anna@gmail.com"} & set(one) for one in said)


def test_hosts_and_sites_are_said_with_their_dots() -> None:
    hosts = {" ".join(mail_host(Random(seed), "my-mail.co.uk")) for seed in SEEDS}
    assert hosts == {"my dash mail dot co dot uk", "my-mail.co.uk"}
    assert all(" dot " in site(Random(seed), "annas") for seed in SEEDS)
