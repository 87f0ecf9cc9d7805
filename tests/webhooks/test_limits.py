from __future__ import annotations

import pytest

from webhooks.limits import MAX_BODY_BYTES


@pytest.mark.parametrize("target", ["/twilio/acme/voice", "/api/v1/calls/CA1/withdraw", "/nowhere"])
def test_a_body_over_the_limit_is_refused_before_any_route_sees_it(stage, target):
    answer = stage.client.post(target, content=b"a" * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_comes_in_pieces_is_counted_as_a_whole(stage):
    pieces = (b"a" * 1024 for _ in range(65))
    assert stage.client.post("/twilio/acme/voice", content=pieces).status_code == 413


def test_a_body_at_the_limit_is_read(stage):
    call = stage.call(stage.tenant())
    form = call.form(Padding="a" * (MAX_BODY_BYTES - 300))
    assert call.post(call.path("status"), form).status_code == 204
