from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.redaction_options import check_redaction, redaction_settings, redaction_words
from pipeline.model.errors import InvalidInput
from pipeline.model.tenant import TenantSecrets, TenantSettings
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line

CANARY = "canaryheron"


def settings(given: dict[str, Any], now: TenantSettings | None = None) -> dict[str, Any]:
    return dict(redaction_settings(now or TenantSettings(), given))


def words(given: dict[str, Any], now: TenantSecrets | None = None) -> dict[str, tuple[str, ...]]:
    return dict(redaction_words(now or TenantSecrets(), given))


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"entity_set": "payment"}, "entity_set", "payment"),
        ({"text_style": "hash"}, "text_style", "hash"),
        ({"audio_style": "beep"}, "audio_style", "beep"),
        ({"padding_ms": "250"}, "padding_ms", 250),
        ({"padding_ms": "default"}, "padding_ms", None),
        ({"threshold": ("0.4",)}, "threshold", 0.4),
        ({"threshold": ("default",)}, "threshold", None),
        ({"threshold": ("PERSON=0.2", "pin=0.5")}, "thresholds", {"PERSON": 0.2, "PIN": 0.5, "IBAN_CODE": 0.3}),
        ({"threshold": ("IBAN_CODE=default", "0.4")}, "thresholds", {}),
    ],
)
def test_each_setting_has_a_way_in(given: dict[str, Any], name: str, value: object) -> None:
    assert settings(given, TenantSettings(padding_ms=700, thresholds={"IBAN_CODE": 0.3}))[name] == value


def test_what_is_not_given_stays() -> None:
    now = TenantSettings(thresholds={"PIN": 0.3})
    assert settings({}, now) == {"thresholds": {"PIN": 0.3}}
    kept = TenantSecrets(hide_words=("heron",), keep_words=("nova",))
    assert words({}, kept) == {"hide_words": ("heron",), "keep_words": ("nova",)}


def test_words_are_added_once_and_forgotten_by_themselves_or_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("\n  Blue   Heron \nfalcon\n\n")
    kept = TenantSecrets(hide_words=("heron",), keep_words=("nova",))
    given = {"hide_word": ("Heron", "blue heron"), "hide_words_file": tmp_path / "words"}
    assert words(given, kept)["hide_words"] == ("heron", "blue heron", "falcon")
    assert words({"forget_word": ("NOVA",), "hide_word": ("nova",)}, kept) == {
        "hide_words": ("heron", "nova"),
        "keep_words": (),
    }
    assert words({"forget_words": True, "keep_word": ("sol",)}, kept) == {"hide_words": (), "keep_words": ("sol",)}


@pytest.mark.parametrize(
    "given",
    [{"threshold": (text,)} for text in ("", "high", "nan", "-1", "PERSON=", "PERSON=x", "٠.٤", "0.4=0.4=")]
    + [{"padding_ms": text} for text in ("", "wide", "-1", "1e3", "²", "99999")],
)
def test_what_is_no_number_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        settings(given)


def test_a_list_that_cannot_be_read_and_a_word_that_is_in_no_list_are_refused_without_the_words(
    tmp_path: Path,
) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_text("x" * 200_001)
    for name in ("empty", "bytes", "large", "missing"):
        with pytest.raises(InvalidInput, match=name):
            words({"keep_words_file": tmp_path / name})
    with pytest.raises(InvalidInput) as refusal:
        words({"forget_word": (CANARY,)})
    assert CANARY not in str(refusal.value)


def test_settings_that_do_not_fit_together_are_refused() -> None:
    check_redaction(TenantSettings(entity_set="children"), TenantSecrets(hide_words=("nova",)))
    with pytest.raises(InvalidInput, match="children"):
        check_redaction(TenantSettings(entity_set="children"), TenantSecrets(keep_words=("nova",)))


def test_a_tenants_redaction_is_set_shown_and_audited_without_its_words(
    earmark: Earmark, acme: str, tmp_path: Path
) -> None:
    given = ["--entity-set", "health", "--threshold", "0.4", "--threshold", "PERSON=0.2", "--text-style", "hash"]
    given += ["--audio-style", "beep", "--padding-ms", "250", "--hide-word", CANARY, "--keep-word", f"{CANARY} two"]
    code, out, err = earmark("tenant", "set", acme, *given, "--json")
    shown = document((code, out, err))
    assert shown == document(earmark("tenant", "show", acme, "--json"))
    assert (shown["entity_set"], shown["threshold"], shown["thresholds"]) == ("health", 0.4, {"PERSON": 0.2})
    assert (shown["text_style"], shown["audio_style"], shown["padding_ms"]) == ("hash", "beep", 250)
    assert (shown["words_to_hide"], shown["words_to_keep"]) == (1, 1)
    assert CANARY not in out + err
    earmark("audit", "export", "--tenant", acme, tmp_path / "log")
    log = (tmp_path / "log" / "log.jsonl").read_text()
    changed = "audio_style,entity_set,hide_words,keep_words,padding_ms,text_style,threshold,thresholds"
    assert changed in log
    assert CANARY not in log


@pytest.mark.parametrize(
    "given",
    [
        ["--entity-set", "all"], ["--threshold", "0.95"], ["--threshold", "NAME=0.2"], ["--threshold", "OTHER=0.2"],
        ["--threshold", "low"], ["--text-style", "bold"], ["--audio-style", "music"], ["--padding-ms", "50"],
        ["--hide-word", f"{CANARY} " * 20], ["--keep-word", "?"], ["--forget-word", CANARY],
        ["--hide-word", CANARY, "--keep-word", f"{CANARY}'s"], ["--hide-words-file", "/nowhere/words"],
        ["--entity-set", "children", "--keep-word", CANARY],
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_told_in_one_line_and_changes_nothing(
    earmark: Earmark, acme: str, given: list[str]
) -> None:
    before = earmark("tenant", "show", acme)
    answer = earmark("tenant", "set", acme, *given)
    assert answer[0] == 2
    assert CANARY not in told_in_one_line(*answer)
    assert earmark("tenant", "show", acme) == before
