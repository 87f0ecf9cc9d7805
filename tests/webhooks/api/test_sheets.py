from __future__ import annotations

import io
import zipfile

CANARIES = ("canaryname", "5551234")


def test_a_call_is_read_as_it_is_redacted_with_all_that_is_known_of_it(program):
    sheet = program.get(program.at("sheet"))
    assert {copy["kind"] for copy in sheet["copies"]} >= {"recording.redacted", "transcript.redacted"}
    redacted = next(copy for copy in sheet["copies"] if copy["kind"] == "recording.redacted")
    assert redacted["decision"]["retention"]["clause"]["section"]
    assert sheet["line"]["recording"] == program.recording
    shown = program.get(program.at("transcript"))
    assert {one["type"] for one in shown["findings"]} >= {"PERSON"}
    assert "many thanks" in " ".join(turn["text"] for turn in shown["turns"])
    peaks = program.get(program.at("peaks"))["peaks"]
    assert len(peaks) == shown["channels"]
    sound = program.ask("GET", program.at("sound"))
    assert (sound.headers["content-type"], sound.content[:4]) == ("audio/wav", b"RIFF")
    assert program.get(program.at("locks"))["items"]
    assert not any(word in f"{sheet}{shown}".lower() for word in CANARIES)


def test_each_reading_stands_in_the_trail_under_the_keys_name(program):
    program.get(program.at("transcript"))
    trail = program.get(program.at("trail?limit=1"))
    assert (trail["items"][0]["actor"], trail["items"][0]["tag"]) == (f"key:{program.name}", "artifact:artifact:read")
    older = program.get(program.at(f"trail?limit=200&cursor={trail['next']}"))
    assert older["items"][0]["seq"] < trail["items"][0]["seq"]


def test_what_may_leave_is_a_zip_with_no_hidden_word_in_it(program):
    answer = program.ask("GET", program.at("export"))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        whole = b"".join(zipped.read(name) for name in zipped.namelist())
    assert b"canaryname" not in whole.lower()
