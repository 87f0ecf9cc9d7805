from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.bootstrap.watched import watched
from pipeline.model.errors import NotFound, StoreUnreachable, VendorRefused, VendorUnavailable
from pipeline.telemetry.metrics import REGISTRY
from pipeline.vendors.files import FileArtifacts


class Vendor:
    name = "vendor"

    def __init__(self) -> None:
        self.error: Exception | None = None

    def fetch(self, what: str) -> str:
        if self.error:
            raise self.error
        return what

    def list_all(self) -> Iterator[str]:
        yield "one"
        if self.error:
            raise self.error


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


def test_who_is_watched_is_the_adapter_for_everybody_else(tmp_path) -> None:
    store = watched(FileArtifacts(tmp_path), "artifacts")
    assert isinstance(store, FileArtifacts)
    assert store.audit is not None
    assert list(store.list_versions("x/")) == []


def test_a_call_is_timed_and_answers_as_before() -> None:
    vendor = watched(Vendor(), "recordings")
    before = sample("earmark_port_seconds_count", port="recordings", operation="fetch")
    assert (vendor.fetch("x"), vendor.name) == ("x", "vendor")
    assert sample("earmark_port_seconds_count", port="recordings", operation="fetch") == before + 1


@pytest.mark.parametrize(
    ("port", "error", "figure", "labels"),
    [
        ("recordings", VendorUnavailable("twilio", "fetch media", status=503), "earmark_vendor_errors_total",
         {"vendor": "twilio", "operation": "fetch", "status": "503", "error": "VendorUnavailable"}),
        ("events", VendorRefused("webhook", "deliver"), "earmark_vendor_errors_total",
         {"vendor": "webhook", "operation": "fetch", "status": "none", "error": "VendorRefused"}),
        ("artifacts", StoreUnreachable("get"), "earmark_store_errors_total",
         {"operation": "fetch", "error": "StoreUnreachable"}),
        ("keys", VendorUnavailable("kms", "Decrypt"), "earmark_key_errors_total",
         {"operation": "fetch", "error": "VendorUnavailable"}),
    ],
)  # fmt: skip
def test_what_failed_is_counted_by_codes_and_raised_as_it_was(port, error, figure, labels) -> None:
    vendor = watched(Vendor(), port)
    vendor.error = error
    before = sample(figure, **labels)
    with pytest.raises(type(error)) as raised:
        vendor.fetch("x")
    assert raised.value is error
    assert sample(figure, **labels) == before + 1


def test_a_failure_in_the_middle_of_a_listing_is_counted_too() -> None:
    vendor = watched(Vendor(), "recordings")
    vendor.error = VendorUnavailable("twilio", "list", status=429)
    labels = {"vendor": "twilio", "operation": "list_all", "status": "429", "error": "VendorUnavailable"}
    before = sample("earmark_vendor_errors_total", **labels)
    with pytest.raises(VendorUnavailable):
        list(vendor.list_all())
    assert sample("earmark_vendor_errors_total", **labels) == before + 1


def test_what_is_absent_is_no_error_of_a_vendor() -> None:
    vendor = watched(Vendor(), "recordings")
    vendor.error = NotFound()
    with pytest.raises(NotFound):
        vendor.fetch("x")
