from __future__ import annotations

from pipeline.model.artifact import ArtifactKind
from pipeline.model.user import Role
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts
from tests.disposal import rows

PATH = "/operations/keeping"
WORDS = "canary: invoices are disputed for six years"


def test_what_is_overdue_is_justified_by_an_operator_and_the_words_are_sealed(desk, clock):
    line = desk.line
    recording = line.record()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.CALL_METADATA, b"{}")
    decide_artifacts(line.context, line.owner.id, recording.id)
    assert "Nobody has had to justify anything yet." in desk.operator("early").get(PATH).text
    clock.move(days=400)
    op, auditor = desk.operator(), desk.sits("aud", Role.AUDITOR)
    assert (">overdue<" in op.get(PATH).text, "Justify it" in auditor.get(PATH).text) == (True, False)
    assert auditor.post(PATH, kind="call.metadata", reason=WORDS).status_code == 403
    short = op.post(PATH, kind="call.metadata", reason="because")
    assert (short.status_code, "because</textarea>" in short.text, "20" in short.text) == (422, True, True)
    assert op.post(PATH, kind="consent.moon", reason=WORDS).status_code == 422
    done = op.post(PATH, kind="call.metadata", reason=WORDS)
    assert done.headers["location"] == f"{PATH}?done=justified"
    page = auditor.get(PATH).text
    assert (">overdue<" in page, WORDS in page) == (False, True)
    again = op.post(PATH, kind="call.metadata", reason=WORDS)
    assert (again.status_code, "Nothing of this kind is due" in again.text) == (422, True)
    kept = str(rows(line, "select * from earmark.justifications")) + str(line.events("retention:keeping:justified"))
    assert "canary" not in kept
