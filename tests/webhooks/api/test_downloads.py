from __future__ import annotations

from pipeline.decisions.children import note_child
from tests.disposal import a_whole_recording


def test_what_the_policy_promises_is_handed_out_and_what_it_forbids_says_why(house):
    recording = a_whole_recording(house.line)
    here = f"recordings/{recording.id}/downloads"
    offers = {one["kind"]: one for one in house.get(here)["items"]}
    assert offers["recording.redacted"]["is_allowed"]
    assert offers["recording.redacted"]["clause"]["document"] == "nejix"
    text = house.ask("GET", f"{here}/transcript.redacted/txt")
    assert (text.status_code, "canaryname" in text.text, text.headers["cache-control"]) == (200, False, "no-store")
    vcon = house.ask("GET", f"recordings/{recording.id}/vcon")
    assert (vcon.status_code, set(vcon.json())) == (200, {"payload", "signatures"})
    assert vcon.headers["content-disposition"] == f'attachment; filename="{recording.id}.vcon.json"'
    for wrong in ("transcript.redacted/wav", "recording.original/wav", "summary/txt"):
        assert house.refused(f"{here}/{wrong}", method="GET") in (403, 404, 422)
    with house.tx() as tx:
        note_child(tx, recording.id, age=12, actor="test")
    for path in (f"{here}/recording.redacted/wav", f"recordings/{recording.id}/vcon"):
        refused = house.ask("GET", path)
        assert (refused.status_code, "child" in refused.json()["detail"]) == (403, True)
