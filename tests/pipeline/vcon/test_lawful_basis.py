from __future__ import annotations

import json

import pytest

from pipeline.consent import jws
from pipeline.consent.receipt import TYP
from pipeline.vcon.lawful_basis import is_whole, legs_of, receipts_in, write_attachments

KEY = bytes(range(32))


def a_receipt(
    role: str = "caller", purpose: str = "record", outcome: str = "granted", phrase: str | None = None
) -> str:
    answer = {"method": "speech" if phrase else "dtmf", "phrase": phrase, "at": "2026-11-21T09:00:05+00:00"}
    stated = {
        "leg": {"role": role, "ordinal": 1}, "purpose": purpose, "outcome": outcome, "method": answer["method"],
        "at": answer["at"], "answers": [answer],
    }  # fmt: skip
    return jws.sign(json.dumps(stated).encode(), private_key=KEY, typ=TYP)


def test_each_leg_has_an_attachment_with_a_grant_for_each_purpose_and_the_receipts_as_proofs():
    receipts = [a_receipt(), a_receipt(purpose="train", outcome="no_answer"), a_receipt("callee", phrase="yes")]
    assert legs_of(receipts) == (("callee", 1), ("caller", 1))
    callee, caller = write_attachments(receipts, parties={("caller", 1): 0, ("callee", 1): 2})
    assert [(g["purpose"], g["granted"]) for g in caller["body"]["purpose_grants"]] == [
        ("recording", True),
        ("ai", False),
    ]
    assert (caller["party"], callee["party"]) == (0, 2)
    assert receipts_in(caller["body"]) == tuple(receipts[:2])
    said = callee["body"]["proof_mechanisms"][1]
    assert (said["proof_type"], said["proof_data"]["confirmation_text"]) == ("verbal_confirmation", "yes")


def test_a_changed_grant_does_not_have_the_digest():
    [attachment] = write_attachments([a_receipt(outcome="declined")], parties={("caller", 1): 0})
    assert is_whole(attachment["body"])
    attachment["body"]["purpose_grants"][0]["granted"] = True
    assert not is_whole(attachment["body"])


@pytest.mark.parametrize("body", [{}, {"proof_mechanisms": 1}, {"proof_mechanisms": [1, {"proof_data": {"jws": 1}}]}])
def test_a_strange_body_has_no_receipts_and_is_not_whole(body):
    assert receipts_in(body) == ()
    assert not is_whole(body)
