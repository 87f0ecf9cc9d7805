from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.policies.loader import list_locales, load_scripts
from pipeline.policies.scripts import ScriptId
from tests.pipeline.cli.conftest import document, told_in_one_line

ONE = ("--script", "announce", "--locale", "en-US")
OWN = (
    "Hello from {tenant_name}, I am an AI assistant. We would like this call to be recorded and transcribed "
    "in order to keep your order straight. Say at any time that you do not want to be recorded."
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.txt"
    path.write_text(OWN + "\r\n", encoding="utf-8-sig", newline="")
    return path


def test_a_wording_is_set_listed_shown_and_cleared(earmark, acme, own):
    added = document(earmark("wording", "set", own, "--tenant", acme, *ONE, "--json"))
    assert (added["script"], added["version"], added["actor"]) == ("announce", 1, "cli")
    shown = document(earmark("wording", "show", "--tenant", acme, *ONE, "--json"))
    assert (shown["is_own"], shown["text"]) == (True, OWN.replace("{tenant_name}", "Acme"))
    document(earmark("wording", "clear", "--tenant", acme, *ONE, "--json"))
    listed = document(earmark("wording", "list", "--tenant", acme, "--json"))
    assert [(v["version"], v["is_in_force"], v["sha256"] is None) for v in listed] == [
        (1, False, False),
        (2, False, True),
    ]
    assert not document(earmark("wording", "show", "--tenant", acme, *ONE, "--json"))["is_own"]


def test_people_see_versions_and_words(earmark, acme, own):
    assert earmark("wording", "set", own, "--tenant", acme, *ONE)[0] == 0
    assert "announce" in earmark("wording", "list", "--tenant", acme)[1]
    assert "Hello from Acme" in earmark("wording", "show", "--tenant", acme, *ONE)[1]
    assert "announce" in earmark("wording", "clear", "--tenant", acme, *ONE)[1]


def test_files_are_checked_without_a_tenant_and_without_a_database(earmark, own, tmp_path):
    code, out, _ = earmark("wording", "check", own, *ONE)
    assert (code, out) == (0, "own.txt: may be spoken as announce in en-US\n")
    bad = tmp_path / "bad.txt"
    bad.write_text("This call is recorded.", encoding="utf-8")
    line = told_in_one_line(*earmark("wording", "check", own, bad, *ONE))
    assert line == "bad.txt: announce: wording does not say that it is transcribed"


@pytest.mark.parametrize("locale", list_locales())
def test_the_packaged_words_of_every_language_may_be_taken_as_ones_own(earmark, locale, tmp_path):
    for script in ScriptId:
        (tmp_path / script.value).write_text(load_scripts(locale).scripts[script].text, encoding="utf-8")
        code, _, err = earmark("wording", "check", tmp_path / script.value, "--script", script, "--locale", locale)
        assert code == 0, err


@pytest.mark.parametrize(
    ("body", "arguments", "says"),
    [
        (OWN.encode(), ("--script", "sing", "--locale", "en-US"), "no such script"),
        (OWN.encode(), ("--script", "announce", "--locale", "it-IT"), "no scripts for locale"),
        (b"\xff\xfe\x00", ONE, "cannot be read as text"),
        (b"x" * 200_000, ONE, "larger than"),
        (b"", ONE, "is empty"),
        (None, ONE, "no such file"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_set(earmark, acme, tmp_path, body, arguments, says):
    path = tmp_path / "w.txt"
    if body is not None:
        path.write_bytes(body)
    for command in (("check",), ("set", "--tenant", acme)):
        code, out, err = earmark("wording", *command, path, *arguments)
        assert (code, out) == (2, "")
        assert says in told_in_one_line(code, out, err)
    assert document(earmark("wording", "list", "--tenant", acme, "--json")) == []


@pytest.mark.parametrize("command", ["list", "show", "clear"])
def test_a_tenant_that_is_not_there_is_told(earmark, command):
    more = () if command == "list" else ONE
    assert "no tenant nobody" in told_in_one_line(*earmark("wording", command, "--tenant", "nobody", *more))


def test_clearing_what_is_not_set_is_told(earmark, acme):
    assert "in force" in told_in_one_line(*earmark("wording", "clear", "--tenant", acme, *ONE))
