from __future__ import annotations

import pytest
from twilio.request_validator import RequestValidator

from pipeline.model.errors import StoreUnreachable
from pipeline.store.inbox import add_message
from tests.webhooks.conftest import BASE
from webhooks.auth import Envelope
from webhooks.twilio import twiml
from webhooks.twilio.door import Visit, answer_call, go_on_unrecorded


def an_envelope(call) -> Envelope:
    form = call.form()
    signature = RequestValidator(call.owner.secrets.auth_token).compute_signature(BASE + "/x", form)
    body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    return Envelope(target="/x", media_type="application/x-www-form-urlencoded", signature=signature, body=body)


def messages(stage, owner) -> int:
    with stage.context.database.transaction(owner.id) as tx:
        return int(add_message(tx, provider="twilio", event_id="x", body={}))


def leaves_a_mark_and_fails(error: Exception):
    def act(visit: Visit) -> str:
        add_message(visit.tx, provider="twilio", event_id="x", body={})
        raise error

    return act


@pytest.mark.parametrize("error", [RuntimeError("words of a caller"), ValueError(), KeyError("k"), ZeroDivisionError()])
def test_whatever_fails_after_the_tenant_is_known_goes_on_unrecorded_and_leaves_nothing_behind(stage, capfd, error):
    call = stage.call(stage.tenant())
    act = leaves_a_mark_and_fails(error)
    answer = answer_call(stage.context, call.owner.id, an_envelope(call), act, otherwise=go_on_unrecorded)
    assert answer.status_code == 200
    assert b"<Connect>" in answer.body
    assert b"Recording" not in answer.body
    assert messages(stage, call.owner) == 1
    told = capfd.readouterr()
    assert "words of a caller" not in told.out + told.err


def test_where_even_that_fails_the_call_ends_with_a_goodbye(stage):
    call = stage.call(stage.tenant())

    def fails_too(_: Visit) -> str:
        raise RuntimeError

    answer = answer_call(
        stage.context, call.owner.id, an_envelope(call), leaves_a_mark_and_fails(ValueError()), otherwise=fails_too
    )
    assert answer.body.decode() == twiml.render_goodbye()


def test_a_database_that_goes_away_meanwhile_is_worth_another_attempt(stage):
    call = stage.call(stage.tenant())
    act = leaves_a_mark_and_fails(StoreUnreachable("database"))
    with pytest.raises(StoreUnreachable):
        answer_call(stage.context, call.owner.id, an_envelope(call), act, otherwise=go_on_unrecorded)
    assert messages(stage, call.owner) == 1
