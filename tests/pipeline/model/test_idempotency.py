from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.model.idempotency import asked


def digests(name="a", method="POST", target="/x", body=b"{}"):
    return asked("key_1", name, method=method, target=target, body=body)


def test_a_request_is_the_same_only_in_all_of_its_parts():
    first = digests()
    assert first == digests()
    for other in ({"method": "PUT"}, {"target": "/x?y=1"}, {"body": b"{ }"}):
        assert digests(**other).request_sha256 != first.request_sha256
        assert digests(**other).name_sha256 == first.name_sha256
    assert "a" not in (first.name_sha256, first.request_sha256)


@pytest.mark.parametrize("name", ["", " ", "a b", "ä", "x" * 201, "a\n"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(InvalidInput):
        digests(name=name)
