from __future__ import annotations

from pipeline.model.addresses import Again, address
from pipeline.model.ids import TenantId

ACME = TenantId("acme")


def test_an_address_is_absolute_its_query_in_order_and_says_when_to_be_asked_again():
    assert address(
        "https://earmark.example.com/", ACME, "consent", Again.DOCUMENT, {"step": "record", "attempt": "1"}
    ) == ("https://earmark.example.com/twilio/acme/consent?attempt=1&step=record#rc=2&rp=5xx,ct,rt")


def test_an_address_without_a_query_has_no_question_mark():
    assert address("https://e.example", ACME, "status", Again.NEWS, {}) == (
        "https://e.example/twilio/acme/status#rc=3&rp=5xx,ct,rt"
    )
