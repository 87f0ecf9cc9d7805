from __future__ import annotations

import copy
import json
from datetime import UTC, datetime

import pytest

from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.model.ids import RecordingId
from pipeline.vcon.check import CheckedVcon, check_vcon
from pipeline.vcon.document import Contents, write_vcon
from pipeline.vcon.signed import sign_vcon
from tests.pipeline.vcon.test_lawful_basis import a_receipt
from tests.pipeline.vcon.test_signed import KEY, PINNED, PUBLIC

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CONTENTS = Contents(
    recording=RecordingId("rec_1"), started_at=AT, duration_s=6, tenant_name="Acme", audio=b"RIFFsound",
    receipts=(a_receipt(),)
)  # fmt: skip
TRUSTED = {key.kid: PUBLIC for key in PINNED.keys}


def check(document: dict[str, object]) -> CheckedVcon:
    file = json.dumps(sign_vcon(document, private_key=KEY, public_key=PUBLIC)).encode()
    return check_vcon(file, pinned=PINNED, receipt_keys=TRUSTED)


def test_sound_and_receipts_come_out_as_they_went_in():
    checked = check(write_vcon(CONTENTS, made_at=AT))
    assert (checked.sounds, checked.receipts) == ((b"RIFFsound",), CONTENTS.receipts)


def test_a_signed_lie_about_a_digest_or_a_receipt_is_refused():
    made = write_vcon(CONTENTS, made_at=AT)
    sound, grant, receipt = copy.deepcopy(made), copy.deepcopy(made), copy.deepcopy(made)
    sound["dialog"][0]["body"] = "AAAA"
    grant["attachments"][0]["body"]["purpose_grants"][0]["purpose"] = "ai"
    receipt["attachments"][0]["body"] = {
        "proof_mechanisms": [{"proof_data": {"jws": CONTENTS.receipts[0][:-4] + "AAAA"}}]
    }
    for lie in (sound, grant, receipt):
        with pytest.raises(IntegrityError):
            check(lie)


@pytest.mark.parametrize("change", [
    {"vcon": 1}, {"dialog": {}}, {"attachments": [1]},
    {"dialog": [{"type": "recording", "body": "é", "encoding": "base64url"}]},
    {"dialog": [{"type": "recording", "body": 1}]}, {"attachments": [{"purpose": "lawful_basis", "body": "{"}]},
])  # fmt: skip
def test_another_shape_is_refused(change):
    with pytest.raises(InvalidInput):
        check({**write_vcon(CONTENTS, made_at=AT), **change})
