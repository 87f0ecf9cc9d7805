from __future__ import annotations

from pipeline.decisions.legal import Approval, approve_request
from pipeline.model.artifact import ArtifactKind
from pipeline.store.artifacts import find_newest


def test_a_key_takes_a_demand_in_a_person_approves_and_the_key_hands_it_out_and_closes_it(program, stranger):
    wanted = {
        "reference": "canary 17", "authority": "a court", "statute": "18 U.S.C. 2703", "received_on": "2026-11-20",
        "covers": [program.recording],
    }  # fmt: skip
    made = program.do("legal-demands", wanted)
    here = f"legal-demands/{made['id']}"
    assert (made["state"], made["covers"], "canary" in str(made)) == ("open", [program.recording], False)
    assert program.refused("legal-demands", wanted | {"covers": ["rec_none"]}) == 404
    assert program.refused("legal-demands", wanted | {"received_on": "2099-01-01"}) == 422
    assert program.refused(f"{here}/export", method="GET") == 409
    with program.tx() as tx:
        text = find_newest(tx, program.recording, ArtifactKind.TRANSCRIPT_REDACTED)
        keys = program.stage.context.keys
        approve_request(tx, made["id"], Approval(artifacts=(text.id,)), keys=keys, actor="user:counsel")
    assert program.ask("GET", f"{here}/export").content[:2] == b"PK"
    assert program.get(here)["state"] == "exported"
    assert program.refused(f"{here}/close", {"outcome": "refused", "reason": "x"}) == 409
    assert program.do(f"{here}/close", {"outcome": "answered", "reason": "sent"})["state"] == "closed"
    assert [one["id"] for one in program.get("legal-demands")["items"]] == [made["id"]]
    assert (stranger.get("legal-demands")["items"], stranger.refused(here, method="GET")) == ([], 404)
