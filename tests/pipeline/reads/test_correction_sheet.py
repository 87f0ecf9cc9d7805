from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.subject import RequestKind
from pipeline.reads.correction_sheet import corrections_of, list_correctable, read_correction_sheet
from pipeline.reads.subject_request import read_request
from tests.pipeline.steps.asking import WHOLE, asked


def test_the_redacted_turns_are_read_and_the_reading_is_noted(line):
    recording = line.through(line.record(), *WHOLE)
    request, access = asked(line, RequestKind.CORRECTION), asked(line, RequestKind.ACCESS)
    vault, tenant = line.context.vault, line.owner.id
    turns = read_correction_sheet(vault, tenant, request.id, recording.id, actor="user:op")
    assert (len(turns) > 1, turns[0].turn, turns[0].corrected) == (True, 0, "")
    assert line.events("artifact:artifact:read")[-1]["reason"] == f"request:{request.id}"
    with line.tx() as tx:
        of = {
            name: list_correctable(tx, read_request(tx, name, keys=vault.keys, actor="user:op"))
            for name in (request.id, access.id)
        }
    assert of == {request.id: (recording.id,), access.id: ()}
    for name, where, error in ((access.id, recording.id, InvalidInput), (request.id, "rec_none", NotFound)):
        with pytest.raises(error):
            read_correction_sheet(vault, tenant, name, where, actor="user:op")


def test_what_stands_beside_a_turn_is_found_by_its_number():
    assert corrections_of({"corrections": [{"turn": 2, "text": "x"}]}) == {2: "x"}
    assert corrections_of({}) == {}
