from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.entity import EntityType
from pipeline.model.errors import Withheld
from pipeline.model.tenant import TenantSecrets, TenantSettings
from pipeline.model.transcript import Conversation
from pipeline.redaction.detect import Detector
from pipeline.redaction.fusion import load_fusion
from pipeline.redaction.manifest import build_manifest
from pipeline.redaction.models import DetectionModels
from pipeline.redaction.profile import DEFAULT_PROFILE, TextStyle, make_profile
from pipeline.redaction.render_text import render_text
from tests.pipeline.redaction.dialogues import a_conversation, hidden, left

CALL = (
    "agent: harbour energy my name is sione may i take your full name",
    "caller: yeah it's aroha te wiata",
    "agent: thanks aroha and your date of birth",
    "caller: third of march eighty seven",
    "agent: and a phone number",
    "caller: oh two one double five five one four four",
    "agent: your bill is two hundred and twelve dollars",
)
LINES = st.sampled_from(
    [*CALL, "caller: a", "agent: 4 4 4", "caller: anna's at o'brien dot com", "agent: ", "caller: é ñ 🙂"]
)


def test_a_whole_call_is_left_with_nothing_personal(detector: Detector) -> None:
    call = a_conversation(*CALL)
    assert left(call, detector.detect(call)) == [
        "harbour energy my name is _ may i take your full name",
        "yeah it's _",
        "thanks _ and your date of birth",
        "_",
        "and a phone number",
        "_",
        "your bill is two hundred and twelve dollars",
    ]


def test_one_person_is_one_group_throughout(detector: Detector) -> None:
    people = [e for e in detector.detect(a_conversation(*CALL)) if e.type is EntityType.PERSON]
    assert [(e.turn, e.group) for e in people] == [(0, 1), (1, 2), (2, 2)]


@pytest.mark.parametrize("language", ["es", "fr-CA", "", "de_DE"])
@pytest.mark.acceptance(10)
def test_a_language_without_a_detector_is_withheld(detector: Detector, language: str) -> None:
    with pytest.raises(Withheld, match="language"):
        detector.detect(a_conversation("caller: hola", language=language))


@pytest.mark.parametrize("language", ["en", "en-US", "en_GB", "EN-nz"])
def test_english_of_every_country_is_detected(detector: Detector, language: str) -> None:
    call = a_conversation("caller: my name is margaret", language=language)
    assert hidden(call, detector.detect(call)) == ["PERSON margaret"]


@settings(max_examples=15)
@given(st.lists(LINES, max_size=7))
def test_entities_are_sorted_disjoint_inside_their_turn_and_explained(detector: Detector, lines: list[str]) -> None:
    call = a_conversation(*lines)
    entities = detector.detect(call)
    assert list(entities) == sorted(entities, key=lambda e: (e.turn, e.span))
    for entity in entities:
        assert entity.span.end <= len(call.turns[entity.turn].text)
        assert entity.evidence
        assert entity.group
    assert all(a.turn < b.turn or a.span.end <= b.span.start for a, b in pairwise(entities))


def test_calls_together_give_what_each_gives_alone(detector: Detector) -> None:
    calls = [a_conversation(*CALL), a_conversation(*CALL[2:5]), a_conversation()]
    together = [entities for _, entities in detector.detect_each(calls)]
    alone = [detector.detect(call) for call in calls]
    # Sums of many products come out alike but for rounding.
    assert [[replace(e, score=round(e.score, 3)) for e in some] for some in together] == [
        [replace(e, score=round(e.score, 3)) for e in some] for some in alone
    ]


def found_again(detector: Detector, call: Conversation, style: TextStyle) -> list[str]:
    """Redact a call, and give what is found in what is left of it."""
    manifest = build_manifest(
        call, detector.detect(call), profile=DEFAULT_PROFILE, duration_ms=0, channels=0, detector_version="1"
    )
    rendered = render_text(call, manifest, style=style, secret=b"0123456789abcdef")
    turns = tuple(replace(t, text=r["text"]) for t, r in zip(call.turns, rendered["turns"], strict=True))
    redacted = Conversation(id=call.id, turns=turns)
    return hidden(redacted, detector.detect(redacted))


@pytest.mark.parametrize("style", [style for style in TextStyle if style is not TextStyle.REMOVE])
def test_detecting_again_in_the_redacted_text_finds_nothing_more(detector: Detector, style: TextStyle) -> None:
    assert found_again(detector, a_conversation(*CALL), style) == []


def test_detecting_again_where_words_were_removed_finds_none_of_those(detector: Detector) -> None:
    """What stands around them closes up and may read otherwise, as a name even; but nothing that was hidden is left."""
    call = a_conversation(*CALL)
    before = {word for text in hidden(call, detector.detect(call)) for word in text.split()[1:]}
    again = {word for text in found_again(detector, call, TextStyle.REMOVE) for word in text.split()[1:]}
    assert before
    assert not again & before


@pytest.mark.parametrize("number", ["[CREDIT_CARD:4111111111111111]", "[PHONE_NUMBER_6421555014]"])
def test_a_number_in_brackets_with_its_kind_is_not_taken_for_what_redaction_wrote(
    detector: Detector, number: str
) -> None:
    call = a_conversation(f"caller: it is {number} ok")
    (shown,) = left(call, detector.detect(call))
    assert not any(sign.isdigit() for sign in shown)


def test_evidence_is_weighed_once_to_learn_and_once_to_decide_however_many_thresholds(models: DetectionModels) -> None:
    class Counted(dict[str, float]):
        """Weights of the rules, which count how often one is looked up."""

        asked = 0

        def get(self, rule: str, default: float = 0.0) -> float:  # type: ignore[override]
            self.asked += 1
            return super().get(rule, default)

    shipped, asked = load_fusion(), []
    for thresholds in ({}, {"PERSON": 0.2, "LOCATION": 0.3, "DATE_OF_BIRTH": 0.4, "PHONE_NUMBER": 0.5}):
        rules = Counted(shipped.rules)
        detector = Detector(models, weights=replace(shipped, rules=rules))
        detector.detect(
            a_conversation(*CALL), profile=make_profile(TenantSettings(thresholds=thresholds), TenantSecrets())
        )
        asked.append(rules.asked)
    assert asked[0] == asked[1] > 0


def test_a_tenants_profile_chooses_types_and_own_words(detector: Detector) -> None:
    call = a_conversation("caller: margaret here about project blue heron", "agent: your pin", "caller: four four one")
    payment = make_profile(TenantSettings(entity_set="payment"), TenantSecrets(hide_words=("blue heron",)))
    assert hidden(call, detector.detect(call, profile=payment)) == ["TENANT_WORD blue heron", "PIN four four one"]


@pytest.mark.parametrize("said", ["gwen pugh gwen is fine", "it's a c h t e r b e r g everybody says that"])
def test_less_evidence_for_one_type_never_shows_what_is_of_another(detector: Detector, said: str) -> None:
    call = a_conversation("agent: who am i speaking to", f"caller: {said}")
    shown = []
    for thresholds in ({}, {"URL": 0.001}):
        chosen = make_profile(TenantSettings(threshold=0.8, thresholds=thresholds), TenantSecrets())
        shown.append(left(call, detector.detect(call, profile=chosen)))
    assert shown[0] == shown[1]
    assert "_" in shown[0][1]


def test_a_call_with_capitals_and_dashes_is_understood_as_well(detector: Detector) -> None:
    call = a_conversation(
        "agent: My name is Keisha. May I have your first and last name?",
        "caller: Sure. It's Tomasz Wisniewski.",
        "agent: Can you spell that for me?",
        "caller: T-O-M-A-S-Z, W-I-S-N-I-E-W-S-K-I.",
        "agent: And your policy number?",
        "caller: It's AX-449-2071.",
        "caller: And my Social is 468-11-2090 if you need it.",
        "agent: Your deductible is $500 and it'll take 7 to 10 days.",
    )
    assert hidden(call, detector.detect(call)) == [
        "PERSON Keisha",
        "PERSON Tomasz Wisniewski",
        "PERSON T-O-M-A-S-Z, W-I-S-N-I-E-W-S-K-I",
        "ID_NUMBER AX-449-2071",
        "US_SSN 468-11-2090",
    ]


def test_memory_stays_flat_over_many_turns_of_words_never_seen_before(detector: Detector) -> None:
    def resident_kib() -> int:
        return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0])

    texts = [
        f"okay wyrm{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{'q' * (n // 676)} from zorb is {n}" for n in range(1200)
    ]
    calls = (a_conversation(*(f"caller: {text}" for text in texts[at : at + 20])) for at in range(0, len(texts), 20))
    sizes = [resident_kib() for _ in detector.detect_each(calls)]
    assert sizes[-1] - sizes[30] < 30 * 1024
