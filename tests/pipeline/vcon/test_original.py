from __future__ import annotations

import json

import pytest

from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.vcon.canonical import content_hash
from pipeline.vcon.original import read_original
from pipeline.vcon.signed import sign_vcon
from tests.pipeline.vcon.test_arriving import VCON, with_dialog
from tests.pipeline.vcon.test_signed import KEY, PUBLIC


def test_a_signed_and_a_bare_one_are_named_by_uuid_and_by_the_digest_of_the_whole_file():
    for document in (VCON, sign_vcon(VCON, private_key=KEY, public_key=PUBLIC)):
        text = json.dumps(document).encode()
        read = read_original(text)
        assert (read.uuid, read.content_hash, read.sounds) == (VCON["uuid"], content_hash(text), (b"RIFFsound",))


def test_what_is_no_vcon_or_states_another_digest_is_refused():
    for wrong in ({}, {"payload": 7, "signatures": []}, {"payload": "", "signatures": []}, {**VCON, "uuid": 7}):
        with pytest.raises(InvalidInput):
            read_original(json.dumps(wrong).encode())
    with pytest.raises(IntegrityError):
        read_original(json.dumps(with_dialog(content_hash=content_hash(b"x"))).encode())
