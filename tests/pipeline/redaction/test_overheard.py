from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.entity import EntityType as T
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Conversation, Word
from pipeline.redaction.detect import Detector
from pipeline.redaction.overheard import EVIDENCE, Overheard, find_overheard, is_heard_again, is_let_stand
from tests.pipeline.redaction.calls import a_conversation, a_manifest, finder, said

ALL = (TimeSpan(0, 60_000),)
GREETING = said(1, "hello how can i help you", 0)


def overheard(
    detector: Detector, transcript: Conversation, *heard: tuple[Word, ...], stretches: tuple[TimeSpan, ...] = ALL
) -> tuple[Overheard, ...]:
    manifest = a_manifest(transcript, detector.detect(transcript), duration_ms=60_000)
    words = [word for run in heard for word in run]
    return find_overheard(words, stretches, conversation=transcript, manifest=manifest, detect=detector.detect)


def texts(transcript: Conversation, found: Overheard) -> list[str]:
    turns = {turn.index: turn.text for turn in transcript.turns}
    return [turns[e.turn][e.span.start : e.span.end] for e in found.entities]


@pytest.mark.parametrize(
    ("question", "misheard", "truly", "kind"),
    [
        ("what is your name", "it is hairy at all's good", "it is harriet osgood", T.PERSON),
        ("and your phone number", "find a file so on", "five five five zero one four two", T.PHONE_NUMBER),
        ("what is the card number", "for thousand people", "4111 1111 1111 1111", T.CREDIT_CARD),
        ("what is your address", "well then maybe so", "twelve maple street", T.STREET_ADDRESS),
    ],
)
def test_what_the_transcriber_misheard_is_found_with_what_it_wrote_there(
    detector: Detector, question: str, misheard: str, truly: str, kind: T
) -> None:
    asked = said(1, question, 3000)
    transcript = a_conversation(GREETING, asked, said(0, misheard, 8000))

    found = overheard(detector, transcript, GREETING, asked, said(0, truly, 8000))

    assert [(place.kind, place.channel) for place in found] == [(kind, 0)]
    (place,) = found
    assert place.time.start_ms >= 8000
    assert texts(transcript, place)
    assert all(is_heard_again(entity.evidence) and entity.type is kind for entity in place.entities)
    assert truly.split()[-1] not in repr(place)


def test_what_the_transcriber_missed_is_found_where_it_wrote_nothing(detector: Detector) -> None:
    asked = said(1, "what is your name", 3000)
    transcript = a_conversation(GREETING, asked, said(1, "thank you", 12_000))

    (place,) = overheard(detector, transcript, GREETING, asked, said(0, "josephine carver", 8000))

    assert (place.kind, place.channel, place.time, place.entities) == (T.PERSON, 0, TimeSpan(8000, 8650), ())


def test_what_is_hidden_still_answers_its_question(detector: Detector) -> None:
    """Heard alone, the words after a hidden name would be taken for the answer."""
    asked, answer = said(1, "what is your last name", 3000), said(0, "fittipaldi", 6000)
    after = said(0, "sunshine", 9000)
    transcript = a_conversation(GREETING, asked, answer, after)

    assert overheard(detector, transcript, GREETING, asked, after) == ()


def test_what_was_not_heard_again_is_read_in_the_transcript(detector: Detector) -> None:
    asked = said(1, "what is your last name", 3000)
    transcript = a_conversation(GREETING, asked, said(0, "but then", 6000))

    (place,) = overheard(detector, transcript, said(0, "mahala", 6000), stretches=(TimeSpan(5000, 7000),))

    assert place.kind is T.PERSON
    assert texts(transcript, place) == ["but then"]


@pytest.mark.parametrize(
    "noise",
    [
        "mahala",
        "thank you",
        "you",
        "okay so we will see",
        "oh two",
        "hmm uh the the the",
        "april may june",
        "that is fifteen dollars",
        "we open at nine thirty",
    ],
)
def test_what_a_recogniser_makes_of_mumbling_does_not_count(detector: Detector, noise: str) -> None:
    rest = said(0, "i would like to know when you open", 3000)
    transcript = a_conversation(GREETING, rest)

    assert overheard(detector, transcript, GREETING, rest, said(1, noise, 8000)) == ()


def test_one_word_is_nobodys_address_whatever_was_asked(detector: Detector) -> None:
    asked = said(1, "what is your address", 3000)
    transcript = a_conversation(GREETING, asked)

    assert overheard(detector, transcript, GREETING, asked, said(0, "the account notes", 8000)) == ()
    (place,) = overheard(detector, transcript, GREETING, asked, said(0, "twelve juniper lane", 8000))
    assert place.kind is T.STREET_ADDRESS


def test_what_is_made_out_deep_inside_a_muted_span_is_made_out_of_nothing(detector: Detector) -> None:
    asked = said(1, "what is your name", 3000)
    answer = said(0, "my name is harriet osgood", 6000)
    transcript = a_conversation(GREETING, asked, answer)
    inside = said(0, "gregory", 7300)

    assert overheard(detector, transcript, GREETING, asked, inside) == ()


def test_words_beside_what_is_hidden_are_not_taken_with_it(detector: Detector) -> None:
    asked, answer = said(1, "who am i speaking to", 3000), said(0, "the name is harriet osgood", 6000)
    after = said(0, "thank you", 9500)
    transcript = a_conversation(GREETING, asked, answer, after)

    assert overheard(detector, transcript, GREETING, asked, answer[:3], after) == ()


def test_evidence_names_who_heard_it_and_what_found_it(detector: Detector) -> None:
    asked = said(1, "what is your name", 3000)
    transcript = a_conversation(GREETING, asked, said(0, "just a thing", 8000))

    (place,) = overheard(detector, transcript, GREETING, asked, said(0, "josephine carver", 8000))

    (entity,) = place.entities
    assert {e.recognizer for e in entity.evidence} == {EVIDENCE}
    assert any(e.pattern for e in entity.evidence)


@pytest.mark.parametrize(
    ("number", "score", "counts"),
    [
        ("1 2 3", 0.3, True),
        ("1 2 3", 0.29, False),
        ("1 2", 0.99, False),
        ("a b c", 0.99, False),
        ("a b c d", 0.3, True),
        ("1 2 3 4 5 6", 0.4, True),
        ("1 2 3 4 5 6", 0.1, False),
        ("1 2 3 4 5 6 7", 0.4, True),
        ("1 2 3 4 5 6 7", 0.1, True),
    ],
)
def test_a_short_number_counts_where_the_detector_holds_it_likely_and_a_long_one_always(
    number: str, score: float, counts: bool
) -> None:
    rest = said(0, "it is written here", 3000)
    transcript = a_conversation(rest)
    find = finder({number: T.ID_NUMBER})

    found = find_overheard(
        [*rest, *said(0, number, 8000)],
        ALL,
        conversation=transcript,
        manifest=a_manifest(transcript, (), duration_ms=60_000),
        detect=lambda conversation: [replace(entity, score=score) for entity in find(conversation)],
    )

    assert [place.text for place in found] == ([number] if counts else [])


@pytest.mark.parametrize(
    ("heard", "is_said", "is_standing"),
    [
        ("model", "the model of this one", True),
        ("model", "the motel of this one", False),
        ("model kelly", "the model of this one", False),
        ("1 2 3 4", "1 2 3 4", False),
        ("the", "the model", False),
    ],
)
def test_only_words_that_the_transcript_shows_at_the_same_time_are_let_stand(
    heard: str, is_said: str, is_standing: bool
) -> None:
    transcript = a_conversation(said(0, is_said, 5000))
    manifest = a_manifest(transcript, (), duration_ms=60_000)

    assert is_let_stand(said(0, heard, 5100), transcript, manifest) is is_standing
    assert not is_let_stand(said(0, heard, 9000), transcript, manifest)
    assert not is_let_stand(said(1, heard, 5100), transcript, manifest)
