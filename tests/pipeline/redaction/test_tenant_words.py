from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.entity import Entity
from pipeline.model.tenant import TenantSecrets, TenantSettings
from pipeline.model.transcript import Conversation
from pipeline.redaction.detect import Detector
from pipeline.redaction.profile import RedactionProfile, make_profile
from tests.pipeline.redaction.dialogues import a_conversation, hidden


def profile(*, hide: tuple[str, ...] = (), keep: tuple[str, ...] = (), **chosen: Any) -> RedactionProfile:
    return make_profile(TenantSettings(**chosen), TenantSecrets(hide_words=hide, keep_words=keep))


def own(detector: Detector, said: str, *words: str) -> list[str]:
    """What of a turn is hidden as the tenant's own word."""
    call = a_conversation(f"caller: {said}")
    entities = detector.detect(call, profile=profile(hide=words))
    return [shown.split(" ", 1)[1] for shown in hidden(call, entities) if shown.startswith("TENANT_WORD")]


def patterns(entities: tuple[Entity, ...]) -> set[str | None]:
    return {e.pattern for entity in entities for e in entity.evidence if e.recognizer == "TenantWords"}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("project blue heron is late", ["blue heron"]),
        ("Blue Heron's budget", ["Blue Heron's"]),
        ("the blue um heron one", ["blue um heron"]),
        ("b l u e heron", ["b l u e heron"]),
        ("blue-heron and blue heron", ["blue-heron", "blue heron"]),
        ("blueheron", ["blueheron"]),
        ("a blue bird and a heron", []),
        ("bluer heron", []),
    ],
)
def test_a_phrase_to_hide_is_found_however_it_is_said(detector: Detector, said: str, found: list[str]) -> None:
    assert own(detector, said, "Blue Heron") == found


def test_a_number_to_hide_is_found_in_words_and_in_digits(detector: Detector) -> None:
    said = "our line is oh eight hundred triple five one or 0800 555 1"
    assert len(own(detector, said, "0800 5551")) == 2


def test_a_name_to_hide_is_found_misheard_where_what_was_written_is_no_word(detector: Detector) -> None:
    assert own(detector, "the falkon thing", "falken") == ["falkon"]
    assert own(detector, "the falcon flies", "falken") == []  # a falcon may be one
    assert own(detector, "a marten", "logan") == []


def test_every_word_of_a_phrase_may_be_misheard_and_each_phrase_is_found_in_a_long_list(detector: Detector) -> None:
    words = ("falken heronas", "falken", "nova", *(f"zq{n:03}x" for n in range(500)))
    assert own(detector, "the falkon heronaz and nova", *words) == ["falkon heronaz", "nova"]
    assert own(detector, "the falken heronaz", *words) == ["falken heronaz"]
    assert own(detector, "zq 499 x, not zq 500 x", *words) == ["zq 499 x"]


def test_the_evidence_says_how_it_was_found(detector: Detector) -> None:
    call = a_conversation("caller: heron", "caller: h e r o n", "caller: falkon")
    found = detector.detect(call, profile=profile(hide=("heron", "falken")))
    assert patterns(found) == {"tenant list", "spelling", "sound"}


def test_a_word_to_hide_is_hidden_whatever_the_set_and_the_threshold(detector: Detector) -> None:
    call = a_conversation("caller: the heron")
    wanted = profile(hide=("heron",), entity_set="payment", threshold=0.9)
    assert hidden(call, detector.detect(call, profile=wanted)) == ["TENANT_WORD heron"]


def shown(detector: Detector, keep: str, *lines: str) -> list[str]:
    call = a_conversation(*lines)
    return hidden(call, detector.detect(call, profile=profile(keep=(keep,))))


def test_a_word_to_keep_is_kept_also_with_a_possessive_and_a_title(detector: Detector) -> None:
    assert shown(detector, "Margaret", "caller: could you tell margaret i called") == []
    assert shown(detector, "margaret", "caller: is this margaret's line") == []
    assert shown(detector, "margaret", "caller: could you tell george i called") == ["PERSON george"]


def test_a_phrase_to_keep_is_kept_as_a_whole_and_not_in_part(detector: Detector) -> None:
    said = "caller: could you tell margaret wilson i called"
    assert shown(detector, "margaret wilson", said) == []
    assert shown(detector, "wilson", said) == ["PERSON margaret wilson"]


def test_a_word_to_keep_that_answers_a_question_is_hidden_everywhere_in_the_call(detector: Detector) -> None:
    lines = ("agent: what is your name", "caller: margaret wilson", "agent: thanks margaret", "caller: bye")
    assert shown(detector, "margaret", *lines) == ["PERSON margaret wilson", "PERSON margaret"]
    assert shown(detector, "margaret wilson", *lines) == ["PERSON margaret wilson", "PERSON margaret"]


def test_an_assistant_may_say_its_name_and_a_caller_who_bears_it_may_not(detector: Detector) -> None:
    assert shown(detector, "margaret", "agent: hello my name is margaret", "caller: hi margaret") == []
    assert shown(detector, "margaret", "agent: hi", "caller: my name is margaret") == ["PERSON margaret"]
    assert shown(detector, "margaret", "channel-0: hello my name is margaret") == ["PERSON margaret"]
    assert shown(detector, "margaret", "agent: margaret speaking", "caller: hi margaret") == []


TOLD = ["margaret here", "margaret speaking", "hi margaret calling", "i'm called margaret", "they call me margaret",
        "this is margaret", "my name margaret", "margaret is my name"]  # fmt: skip


@pytest.mark.parametrize("told", TOLD)
def test_a_word_to_keep_is_hidden_however_a_caller_gives_it_as_a_name(detector: Detector, told: str) -> None:
    assert shown(detector, "margaret", "agent: hi", f"caller: {told}") == ["PERSON margaret"]


SAID = st.lists(st.sampled_from(["my pin is four four one", "margaret", "your name", "blue heron", "margaret here"]))


@settings(max_examples=25)
@given(SAID, st.floats(0.1, 0.9))
def test_a_lower_threshold_never_hides_less_and_words_to_hide_never_show_anything(
    detector: Detector, said: list[str], threshold: float
) -> None:
    call = a_conversation(*(f"{'caller' if n % 2 else 'agent'}: {text}" for n, text in enumerate(said)))
    higher = covered(detector, call, profile(threshold=threshold))
    assert higher <= covered(detector, call, profile(threshold=threshold / 2))
    assert higher <= covered(detector, call, profile(threshold=threshold, hide=("blue heron", "here")))
    # Only a name that nobody gave as the own is shown: the agent's, who may be called so, and one that stands alone.
    is_given = any(n % 2 and text == "margaret here" for n, text in enumerate(said))
    names = {(n, at) for n, text in enumerate(said) if text.startswith("margaret") for at in range(len("margaret"))}
    assert higher - (set() if is_given else names) <= covered(
        detector, call, profile(threshold=threshold, keep=("margaret",))
    )


def covered(detector: Detector, call: Conversation, wanted: RedactionProfile) -> set[tuple[int, int]]:
    entities = detector.detect(call, profile=wanted)
    return {(e.turn, at) for e in entities for at in range(e.span.start, e.span.end)}
