from __future__ import annotations

import json

from pipeline.redaction.evaluation.calibration import calibrate
from pipeline.redaction.evaluation.figures import score
from pipeline.redaction.evaluation.intervals import Rate
from pipeline.redaction.evaluation.report import Measured, details, document, overview, percent, table
from pipeline.redaction.evaluation.tally import tally
from tests.pipeline.redaction.evaluation.calls import a_call, found_in


def a_result(name: str, *found: str) -> Measured:
    calls = [
        a_call("greetings [PERSON|zebedee quux]", "[PIN|four seven one nine]", id=f"c{n}", source="bank")
        for n in range(60)
    ]
    counts = tally(calls, [found_in(call, *found) for call in calls])
    return Measured(name=name, score=score(counts, rounds=20), calibration=calibrate(counts))


OURS = a_result("Earmark", "PERSON zebedee quux", "PIN four seven", "PERSON greetings")
STOCK = a_result("stock")


def test_the_overview_sets_detectors_side_by_side():
    text = overview([OURS, STOCK])
    [row] = [line for line in text.splitlines() if line.startswith("| Earmark ")]
    assert [cell.strip() for cell in row.strip("|").split("|")][1:3] == ["120", "50.0 (50.0–50.0)"]
    assert "| Earmark, mean over sources" in text
    [source] = [line for line in text.splitlines() if line.startswith("| bank")]
    assert source.count("100.0 (100.0–100.0)") == 1


def test_details_name_kinds_classes_and_calls_and_no_word_that_was_said():
    text = details([OURS, STOCK])
    assert "| 60 of 60 " in text
    assert "c0 c1 c2 c3 c4 ..." in text
    assert "expected calibration error" in text
    for said in ("zebedee", "quux", "greetings", "four", "seven"):
        assert said not in text + overview([OURS, STOCK])


def test_the_document_is_plain_json_by_detector():
    read = json.loads(json.dumps(document([OURS, STOCK])))
    assert read["Earmark"]["score"]["overall"]["leak"]["value"] == 0.5
    assert read["stock"]["calibration"]["error"] is None
    assert "zebedee" not in json.dumps(read)


def test_a_table_has_columns_of_one_width():
    lines = table(("a", "number"), [("long name", "7"), ("b", "12,345,678")]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[2] == "| long name |          7 |"


def test_a_share_is_written_with_its_bounds_or_as_a_dash():
    assert percent(Rate(value=0.0125, low=0.01, high=0.02)) == "1.2 (1.0–2.0)"
    assert percent(Rate(value=0.5)) == "50.0"
    assert percent(Rate(value=None)) == "-"
