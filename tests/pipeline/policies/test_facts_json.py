from __future__ import annotations

import json

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.policies.facts_json import facts_adapter, read_facts, read_stored_facts
from tests.pipeline.policies.cases import facts

LEAST = {
    "as_of": "2027-03-01T00:00:00Z",
    "artifact": {"id": "a", "kind": "recording.original", "captured_at": "2027-02-01T00:00:00Z"},
    "tenant": {"id": "t"},
}


def test_facts_survive_json() -> None:
    assert read_facts(facts_adapter().dump_json(facts())) == facts()


def test_the_least_that_can_be_said_leaves_every_switch_off() -> None:
    read = read_facts(json.dumps(LEAST))

    assert read.artifact.kind is ArtifactKind.RECORDING_ORIGINAL
    assert (read.tenant.record, read.tenant.store, read.tenant.train) == (False, False, False)
    assert read.call.legs == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Invalid JSON"),
        ("[]", "facts"),
        ("{}", "as_of"),
        (json.dumps({**LEAST, "surprise": 1}), "surprise"),
        (json.dumps({**LEAST, "tenant": {"id": "t", "recrod": True}}), "tenant.recrod"),
        (json.dumps({**LEAST, "as_of": "2027-03-01T00:00:00"}), "as_of"),
        (json.dumps({**LEAST, "artifact": {**LEAST["artifact"], "kind": "song"}}), "artifact.kind"),  # type: ignore[dict-item]
    ],
)
def test_facts_that_cannot_be_used_are_refused_by_the_path_of_the_first_fault(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read_facts(text)


def test_a_refusal_never_repeats_what_was_given() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_facts(json.dumps({**LEAST, "tenant": {"id": ["+14155550123"]}}))

    assert "4155" not in str(caught.value)


def test_facts_kept_by_an_earlier_release_are_read_without_the_field_that_nothing_set() -> None:
    earlier = {**LEAST, "tenant": {"id": "t", "is_regulated_service": False}}

    assert read_stored_facts(earlier) == read_facts(json.dumps(LEAST))
    for other in ({**LEAST, "tenant": {"id": "t", "is_regulated_service": True}}, {**LEAST, "surprise": 1}):
        with pytest.raises(InvalidInput):
            read_stored_facts(other)
