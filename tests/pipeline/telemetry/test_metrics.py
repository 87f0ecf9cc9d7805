from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge

from pipeline.telemetry import metrics
from pipeline.telemetry.metrics import MOST_VALUES, OTHER, count, labelled, render, replace_all, timed_step


@pytest.fixture
def counter(request: pytest.FixtureRequest) -> Counter:
    return Counter(f"test_{abs(hash(request.node.name))}", "x", ["code"], registry=CollectorRegistry())


def values(figure: Counter | Gauge) -> dict[str, float]:
    samples = [sample for family in figure.collect() for sample in family.samples]
    return {s.labels["code"]: s.value for s in samples if not s.name.endswith("_created")}


@pytest.mark.parametrize("said", ["+12125550142", "rec_01234567", "my name is imogen", "12345", "", "x" * 81])
def test_a_label_that_is_no_code_is_counted_as_other(counter: Counter, said: str) -> None:
    count(counter, said)
    assert values(counter) == {OTHER: 1}


@pytest.mark.parametrize("code", ["/twilio/{tenant}/voice", "VendorUnavailable", "503", "fetch_media", "withheld"])
def test_a_code_is_counted_by_itself(counter: Counter, code: str) -> None:
    count(counter, code)
    assert values(counter) == {code: 1}


def test_a_label_takes_so_many_values_and_no_more(counter: Counter) -> None:
    for number in range(MOST_VALUES + 100):
        count(counter, f"code_{number}")
    found = values(counter)
    assert (len(found), found[OTHER]) == (MOST_VALUES + 1, 100)


def test_a_gauge_tells_what_was_found_last_and_nothing_else() -> None:
    gauge = Gauge("test_gauge", "x", ["code"], registry=CollectorRegistry())
    replace_all(gauge, {("a",): 1.0, ("b",): 2.0})
    replace_all(gauge, {("b",): 3.0})
    assert values(gauge) == {"b": 3.0}


def test_a_step_is_timed_by_how_it_ended() -> None:
    def made(outcome: str) -> float:
        labels = {"step": "t", "outcome": outcome}
        return float(metrics.REGISTRY.get_sample_value("earmark_step_seconds_count", labels) or 0)

    with timed_step("t"):
        pass
    with pytest.raises(ValueError, match="x"), timed_step("t"):
        raise ValueError("x")
    assert (made("done"), made("ValueError")) == (1, 1)
    assert b'earmark_step_seconds_count{outcome="ValueError",step="t"} 1.0' in render()


def test_no_figure_has_a_label_for_a_tenant_or_anybody() -> None:
    names = {label for family in metrics.REGISTRY.collect() for sample in family.samples for label in sample.labels}
    figures = [value for value in vars(metrics).values() if hasattr(value, "_labelnames")]
    declared = {label for figure in figures for label in figure._labelnames}
    assert len(figures) > 20
    assert not (names | declared) & {"tenant", "call", "recording", "number", "user", "name", "path", "url"}


def test_lines_of_level_error_are_counted_by_their_event() -> None:
    before = labelled(metrics.ALARMS, "recording.refused")._value.get()
    metrics.note_alarm(None, "error", {"event": "recording.refused"})
    metrics.note_alarm(None, "warning", {"event": "recording.refused"})
    assert labelled(metrics.ALARMS, "recording.refused")._value.get() == before + 1
