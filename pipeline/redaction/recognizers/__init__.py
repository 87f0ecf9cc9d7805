"""Our recognisers, one phenomenon a file, and the two registries Presidio runs them from."""

from __future__ import annotations

from presidio_analyzer import EntityRecognizer
from presidio_analyzer.predefined_recognizers import IbanRecognizer, IpRecognizer, PhoneRecognizer

from pipeline.redaction.recognizers.dates import BirthDates
from pipeline.redaction.recognizers.home_places import HomePlaces
from pipeline.redaction.recognizers.introductions import Introductions
from pipeline.redaction.recognizers.labelled_numbers import LabelledNumbers
from pipeline.redaction.recognizers.long_numbers import LongNumbers
from pipeline.redaction.recognizers.mail_and_sites import MailAndSites
from pipeline.redaction.recognizers.street_addresses import StreetAddresses
from pipeline.redaction.recognizers.tagged_words import TaggedWords
from pipeline.redaction.vocabulary import Vocabulary


def word_recognizers(vocabulary: Vocabulary) -> list[EntityRecognizer]:
    """Give the recognisers that answer in the turn's own characters."""
    return [
        TaggedWords(),
        Introductions(vocabulary),
        LabelledNumbers(),
        LongNumbers(),
        MailAndSites(vocabulary),
        StreetAddresses(vocabulary),
        BirthDates(),
        HomePlaces(vocabulary),
    ]


def written_recognizers() -> list[EntityRecognizer]:
    """Give Presidio's own pattern recognisers that read the written view; what they find is mapped back to words."""
    return [
        PhoneRecognizer(supported_regions=("US", "GB", "AU", "NZ")),
        IbanRecognizer(),
        IpRecognizer(),
    ]
