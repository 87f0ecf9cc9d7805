from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.bootstrap import open_base
from pipeline.consent.jws import write_jwks
from pipeline.model.ids import TenantId
from pipeline.settings import read_settings
from pipeline.vcon.document import write_vcon
from pipeline.vcon.signed import sign_vcon
from tests.builders import a_call, a_recording
from tests.pipeline.cli.conftest import Earmark, told_in_one_line
from tests.pipeline.vcon.test_check import AT, CONTENTS
from tests.pipeline.vcon.test_signed import KEY, PUBLIC


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A signed vCon, and the keys of its tenant."""
    vcon, keys = tmp_path / "call.vcon.json", tmp_path / "keys.json"
    document = write_vcon(CONTENTS, made_at=AT)
    vcon.write_text(json.dumps(sign_vcon(document, private_key=KEY, public_key=PUBLIC)))
    keys.write_text(json.dumps(write_jwks([PUBLIC], tenant="acme")))
    return vcon, keys


def test_a_vcon_is_verified_offline(earmark: Earmark, files: tuple[Path, Path]) -> None:
    code, out, err = earmark("vcon", "verify", files[0], "--keys", files[1], "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert (told["signature"], told["sounds"], told["receipts"]) == ("holds", 1, 1)


def test_an_altered_one_is_refused_in_one_line(earmark: Earmark, files: tuple[Path, Path]) -> None:
    document = json.loads(files[0].read_text())
    document["payload"] = document["payload"][:-2] + "AA"
    files[0].write_text(json.dumps(document))
    assert "signature does not hold" in told_in_one_line(*earmark("vcon", "verify", files[0], "--keys", files[1]))


def test_what_is_not_there_or_may_not_go_there_is_not_exported(earmark: Earmark, acme: str, tmp_path: Path) -> None:
    with open_base(read_settings()) as base, base.database.transaction(TenantId(acme)) as tx:
        recording = a_recording(tx, a_call(tx, base.keys)).id
    out = tmp_path / "out.json"
    told_in_one_line(*earmark("vcon", "export", "rec_none", "--tenant", acme, "--out", out))
    told_in_one_line(*earmark("vcon", "export", "rec_none", "--tenant", acme, "--out", out, "--reason", " "))
    for option, says in (("--controller", "no notice of this transfer"), ("--purpose", "not everybody on its call")):
        asked = ("vcon", "export", recording, "--tenant", acme, "--out", out, option, "quality_study")
        assert says in told_in_one_line(*earmark(*asked))
    assert not out.exists()
