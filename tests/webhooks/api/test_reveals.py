from __future__ import annotations

from pipeline.decisions.corrections import Reviewer
from pipeline.decisions.reveals import ask_reveal
from pipeline.model.ids import RecordingId
from pipeline.model.reveal import RevealPurpose
from pipeline.reads.findings import read_findings


def test_a_key_sees_who_asked_and_refuses_and_neither_allows_nor_reads(program):
    context = program.stage.context
    found = read_findings(context.vault, program.tenant, RecordingId(program.recording), actor="user:ada")
    with program.tx() as tx:
        by = Reviewer(actor="user:ada", keys=context.keys, queue=context.queue)
        asked = ask_reveal(tx, found.findings[0].place, purpose=RevealPurpose.FRAUD, reason="canary", by=by)
    for path in ("reveals", program.at("reveals")):
        [one] = program.get(path)["items"]
        assert (one["id"], one["asked_by"], "canary" in str(one)) == (asked.id, "user:ada", False)
    refused = program.do(f"reveals/{asked.id}/refuse")
    assert (refused["answered_by"], refused["ends_at"]) == (f"key:{program.name}", None)
    assert program.refused(f"reveals/{asked.id}/refuse") == 409
    paths = [path for path in program.client.app.openapi()["paths"] if "reveal" in path]
    assert sorted(path.rsplit("/", 1)[1] for path in paths) == ["refuse", "reveals", "reveals"]
