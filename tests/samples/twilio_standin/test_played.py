"""What is told of a played call."""

from __future__ import annotations

import json

from tests.samples.twilio_standin.rooms import Rooms


def test_documents_are_those_of_every_leg(product, twilio, account, a_scenario):
    Rooms(product, twilio, account)
    played = twilio.play(a_scenario(), account, base=product.base)
    paths = [document.url.split("/twilio/acme/")[1].split("?")[0] for document in played.documents]
    assert paths == ["voice", "end", "join", "join", "after"]


def test_it_is_written_as_json_with_the_legs_that_were_called(product, twilio, account, a_scenario):
    Rooms(product, twilio, account)
    written = json.loads(json.dumps(twilio.play(a_scenario(), account, base=product.base).to_json()))
    assert written["others"][0]["call_sid"] == written["leg_sids"][0]
    assert written["others"][0]["answers"][0]["kind"] == "digits"
