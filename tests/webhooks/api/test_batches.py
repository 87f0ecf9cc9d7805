from __future__ import annotations


def test_findings_are_counted_before_anything_is_said_and_the_batch_can_be_taken_back(program):
    seen = program.get(f"batches/preview?type=PERSON&recordings={program.recording}")
    assert seen["by_recording"] == {program.recording: seen["findings"]}
    said = {"type": "PERSON", "recordings": [program.recording], "kind": "not_personal", "code": "company"}
    assert program.refused("batches", said | {"digest": "other"}) == 409
    made = program.do("batches", said | {"digest": seen["digest"]})
    assert (made["changes"], made["actor"]) == (seen["findings"], f"key:{program.name}")
    assert [one["id"] for one in program.get("batches")["items"]] == [made["id"]]
    undone = program.do(f"batches/{made['id']}/undo")
    assert undone["undone_at"]
    assert program.refused(f"batches/{made['id']}/undo") == 409
    assert program.refused("batches/preview", method="GET") == 422
