from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pipeline.model.errors import NotFound
from pipeline.model.recording import RecordingState
from pipeline.reads.vendor_trouble import explain
from tests.pipeline.reads.test_vendor_trouble import recording
from webhooks.pages.told import SHAPES, teller
from webhooks.problems import _STATUS

PIPELINE = Path(__file__).parents[3] / "pipeline"
REFUSING = (
    *(PIPELINE / "decisions" / f"{name}.py" for name in (
        "api_keys", "attest", "numbers", "processors", "settings_drafts", "settings_rules", "users", "webhooks",
        "wordings",
    )),
    *(PIPELINE / "model" / f"{name}.py" for name in ("outgoing", "password", "settings_draft", "user")),
)  # fmt: skip
HERE = NotFound.__module__
ERRORS = {"InvalidInput", "Conflict", "NotPermitted", "IllegalTransition"}
HOLE = re.compile(r"%\(\w+\)s")


def refusals(path: Path) -> set[str]:
    """Give the sentences that a module refuses with; what is put into one is a hole."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args:
            said = node.args[0]
            if isinstance(said, ast.Constant):
                found.add(said.value)
            if isinstance(said, ast.JoinedStr):
                found.add("".join(part.value if isinstance(part, ast.Constant) else "%" for part in said.values))
    return found


@pytest.mark.parametrize("path", REFUSING, ids=lambda path: path.stem)
def test_every_refusal_that_a_form_of_settings_can_meet_has_its_shape(path):
    shapes = {HOLE.sub("%", shape) for shape in SHAPES}
    assert refusals(path)
    assert refusals(path) - shapes == set()


def test_every_error_that_becomes_a_page_has_its_sentence():
    met = [error for kind, _ in _STATUS for error in (kind, *kind.__subclasses__()) if error.__module__ == HERE]
    met.remove(NotFound)  # says the same of everything, in words of the page
    assert {(error.__doc__ or "").strip().splitlines()[0] for error in met} <= set(SHAPES)


def test_a_sentence_with_numbers_in_it_is_told_in_another_language():
    assert teller("es")("a password has 12 to 256 characters") == "una contraseña tiene de 12 a 256 caracteres"
    assert teller("en")("a password has 12 to 256 characters") == "a password has 12 to 256 characters"
    assert teller("es")("nobody ever wrote this") == "nobody ever wrote this"


def test_what_stands_in_a_sentence_is_told_too():
    told = teller("es")("ten_1: twilio: expires soon: until 2027-01-31; earmark processor record twilio")
    assert told == "ten_1: twilio: caduca pronto: hasta el 2027-01-31; earmark processor record twilio"


@pytest.mark.parametrize("reason", ["caller_declined", "callee2_transcribe_hung_up", "recording_off", "stopped", ""])
def test_a_recordings_fate_is_told_whole(reason):
    english = explain(recording(RecordingState.REFUSED, reason))
    told = teller("es")(english.means)
    assert told.startswith("No se permitió: ")
    assert not set(re.findall(r"\w+", told)) & {"the", "was", "of", "is", "about", "call", "no_", "reason"}
    assert teller("es")(english.to_do) != english.to_do
