from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from pipeline.telemetry import traces
from pipeline.telemetry.traces import Traces, begun, current_parent, current_trace, is_parent, span, trace_in
from tests.otlp_collector import Collector, facts

SAID = "four five three two"
PARENT = f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    sending = Traces(made.endpoint, part="web", version="1")
    sending.install()
    yield made
    sending.close()
    made.close()


def test_spans_of_one_trace_reach_a_collector_as_protobuf_with_listed_facts_alone(collector: Collector) -> None:
    with begun("request POST", kind="server", method="POST") as told:
        told.tell(route="/twilio/{tenant}/voice", status=200, body=SAID, reason="+12125550142")
        trace = current_trace()
        with span("recordings fetch_media", kind="client", operation="fetch_media", url="https://x/?q=1"):
            pass
    collector.wait_for(2)
    inner, outer = collector.spans()
    assert {one.trace_id.hex() for one in (inner, outer)} == {trace}
    assert inner.parent_span_id == outer.span_id
    assert facts(outer) == {"method": "POST", "route": "/twilio/{tenant}/voice", "status": 200}
    assert facts(inner) == {"operation": "fetch_media"}
    assert set(collector.paths) == {"/v1/traces application/x-protobuf"}
    assert collector.resources() >= {("service.name", "earmark"), ("service.namespace", "web")}


def test_an_error_is_told_by_its_class_without_message_or_stack(collector: Collector) -> None:
    with pytest.raises(ValueError, match=SAID), begun("request POST", kind="server"):
        raise ValueError(SAID)
    with begun(f"he said {SAID}, 12", kind="server"):
        pass
    collector.wait_for(2)
    failed, unnamed = collector.spans()
    assert facts(failed) == {"error": "ValueError"}
    assert list(failed.events) == []
    assert unnamed.name == "unnamed"
    assert SAID.encode() not in b"".join(collector.bodies)


def test_a_parent_is_gone_on_with_and_anything_else_is_not(collector: Collector) -> None:
    for parent in (PARENT, "", "x", PARENT + "0", f"00-{SAID}"):
        with begun("workflow process_recording", kind="consumer", parent=parent):
            assert (current_trace() == "a" * 32) is (parent == PARENT)
    collector.wait_for(5)
    assert collector.spans()[0].parent_span_id.hex() == "b" * 16


def test_without_a_collector_there_is_an_id_all_the_same_and_inner_spans_cost_nothing() -> None:
    assert traces._Installed.tracer is None
    assert (current_parent(), current_trace()) == ("", "")
    with begun("request GET", kind="server"):
        parent = current_parent()
        assert is_parent(parent)
        assert structlog.contextvars.get_contextvars()["trace"] == current_trace() == trace_in(parent)
        with span("step detect"):
            assert current_parent() == parent
        with begun("workflow process_recording", kind="consumer", parent=parent):
            assert current_trace() == trace_in(parent)
    assert current_parent() == ""
    assert "trace" not in structlog.contextvars.get_contextvars()


def test_a_collector_that_is_away_costs_the_work_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    sending = Traces("http://127.0.0.1:9", part="web", version="1", timeout_s=0.1)
    sending.install()
    with begun("request GET", kind="server"):
        pass
    sending.close()
    assert "127.0.0.1" not in capsys.readouterr().err
