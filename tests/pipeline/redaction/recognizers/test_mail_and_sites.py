from __future__ import annotations

import pytest

from pipeline.redaction.normalise import ENGLISH
from pipeline.redaction.recognizers.mail_and_sites import MailAndSites
from pipeline.redaction.vocabulary import Vocabulary
from tests.pipeline.redaction.recognizers.finding import found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("it's aroha dot tewiata at xtra dot co dot nz thanks", "aroha dot tewiata at xtra dot co dot nz"),
        (
            "my email is anna underscore bell ninety nine at gmail dot com",
            "anna underscore bell ninety nine at gmail dot com",
        ),
        ("write to jo@example.com please", "jo@example.com"),
        ("zbig oh seven at yahoo dot com", "zbig oh seven at yahoo dot com"),
    ],
)
def test_a_mail_address_is_found_whole(vocabulary: Vocabulary, said: str, expected: str) -> None:
    assert found(MailAndSites(vocabulary), said) == [f"EMAIL_ADDRESS {expected}"]


@pytest.mark.parametrize("before", sorted(ENGLISH.lead_ins - {"e"} | {"i", "id"}))
def test_words_that_lead_in_an_address_are_no_part_of_it(vocabulary: Vocabulary, before: str) -> None:
    said = f"zbig {before} bellany at example dot com"
    assert found(MailAndSites(vocabulary), said) == ["EMAIL_ADDRESS bellany at example dot com"]


def test_a_site_is_no_mail_address(vocabulary: Vocabulary) -> None:
    assert found(MailAndSites(vocabulary), "see www dot example dot com") == ["URL www dot example dot com"]


@pytest.mark.parametrize("said", ["i am at home", "look at that dot", "we met at noon"])
def test_at_and_dot_alone_are_words(vocabulary: Vocabulary, said: str) -> None:
    assert found(MailAndSites(vocabulary), said) == []
