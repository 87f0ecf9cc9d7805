from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.bootstrap import open_base
from pipeline.consent.jws import write_jwks
from pipeline.model.ids import TenantId
from pipeline.settings import read_settings
from pipeline.vcon.document import write_vcon
from pipeline.vcon.signed import sign_vcon
from tests.builders import a_call, a_recording
from tests.pipeline.cli.conftest import Earmark, logged, told_in_one_line, write_wav
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
    gone = earmark("vcon", "export", "rec_none", "--tenant", acme, "--out", out, "--original", tmp_path / "none.json")
    assert "none.json" in told_in_one_line(*gone)
    for option, says in (("--controller", "no notice of this transfer"), ("--purpose", "not everybody on its call")):
        asked = ("vcon", "export", recording, "--tenant", acme, "--out", out, option, "quality_study")
        assert says in told_in_one_line(*earmark(*asked))
    assert not out.exists()


def test_what_shows_no_consent_or_is_not_at_hand_is_not_imported(
    earmark: Earmark, acme: str, files: tuple[Path, Path], tmp_path: Path
) -> None:
    document = write_vcon(replace(CONTENTS, audio=write_wav(tmp_path / "a.wav").read_bytes()), made_at=AT)
    signed, bare, away = tmp_path / "signed.json", tmp_path / "bare.json", tmp_path / "away.json"
    signed.write_text(json.dumps(sign_vcon(document, private_key=KEY, public_key=PUBLIC)))
    bare.write_text(json.dumps(document))
    dialog = {**document["dialog"][0], "url": "https://else.where/b.wav", "filename": "b.wav"}
    dialog.pop("body")
    away.write_text(json.dumps({**document, "dialog": [dialog]}))
    call = ("--tenant", acme, "--as", "user:ben", "--reason", "moved")
    for arguments, says in (
        ((bare, *call), "does not show that everybody agreed"),
        ((signed, *call, "--keys", files[1]), "does not show that everybody agreed"),
        ((signed, *call), "--keys"),
        ((away, *call), "nothing is fetched"),
        ((files[0], *call, "--keys", files[1]), "not WAV"),
        ((bare, "--tenant", "nobody"), "no tenant"),
    ):
        assert says in told_in_one_line(*earmark("vcon", "import", *arguments))
    (tmp_path / "b.wav").write_bytes((tmp_path / "a.wav").read_bytes())
    assert "agreed" in told_in_one_line(*earmark("vcon", "import", away, *call))
    left = [entry for entry in logged(acme) if entry.tag == "recording:vcon:left"]
    assert [entry.actor for entry in left] == ["user:ben"] * 3
