from __future__ import annotations

from pipeline.model.retention import RetentionBasis
from tests.builders import a_call, a_recording, answer
from webhooks.settings.simulator import BASES

NEW_YORK, DENVER, WITHHELD = "+12125550142", "+13035550100", "+266696687"


def simulate(person, **fields):
    return person.post("/settings/simulator", {"caller": NEW_YORK, "called": DENVER, "answer": "granted"} | fields)


def test_who_agrees_is_recorded_and_each_kind_has_its_day_and_clause(admin):
    page = simulate(admin)
    assert page.status_code == 200
    assert ">recorded<" in page.text
    assert "original recording" in page.text
    assert page.text.count("connekz §") > 6


def test_who_declines_or_cannot_be_placed_is_told_apart(admin):
    declined = simulate(admin, answer="declined").text
    assert ">not recorded<" in declined
    assert "A clear yes is asked for" in simulate(admin, caller=WITHHELD).text
    assert "not armed" in simulate(admin, not_armed="on").text


def test_an_auditor_may_look_and_numbers_are_in_no_address_and_no_log(auditor, stage, owner, capsys):
    page = simulate(auditor)
    assert page.status_code == 200
    assert "location" not in page.headers
    assert "2125550142" not in capsys.readouterr().err


def test_types_that_are_said_are_shown_as_hidden_or_not(admin):
    assert "PERSON" in simulate(admin, type="PERSON").text


def test_a_call_that_was_made_is_taken_as_it_was(admin, stage, owner, stranger):
    with stage.context.database.transaction(owner.id) as tx:
        call = a_call(tx, stage.context.keys)
        answer(tx, call)
        recording = a_recording(tx, call)
    page = simulate(admin, recording=recording.id)
    assert page.status_code == 200
    assert "US-NY" in page.text
    assert simulate(admin, recording="rec_none").status_code == 404
    assert simulate(stranger, recording=recording.id).status_code == 404


def test_a_draft_of_ones_own_stands_beside_what_holds(editor):
    assert "With your draft" not in simulate(editor).text
    editor.post("/settings/choices/retention", {"days:recording.original": "5"})
    page = simulate(editor).text
    assert "With your draft" in page
    assert "Nov 26, 2026" in page
    assert "What your draft would move" in page


def test_every_basis_has_its_words():
    assert set(BASES) == set(RetentionBasis)


def test_what_is_no_answer_is_refused_on_the_page(admin):
    assert simulate(admin, answer="perhaps").status_code == 422
    assert simulate(admin, caller="+1" * 300).status_code == 422
