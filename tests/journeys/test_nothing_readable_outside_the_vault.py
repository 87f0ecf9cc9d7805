"""Two calls through the whole product, then a search of everything it left behind for what was said on them."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipeline.bootstrap import open_base
from pipeline.model.artifact import ArtifactKind
from pipeline.model.transcript_file import read_transcript
from pipeline.settings import read_settings
from pipeline.store.artifacts import list_artifacts
from pipeline.store.system_session import list_tenants
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from samples.expectations import load_expected
from samples.scenario import Scenario, list_scenarios
from tests.house.tree import ROOT
from tests.journeys.canaries import Canary, canary, find, number_canary
from tests.journeys.whole_installation import files_below, rows_by_column

CALLS = ("card-number-read-back", "spelled-name-email-postcode")
OF_THE_SERVER = ("postgres/base/1/", "postgres/base/4/", "postgres/base/5/")
"""Databases that nobody but the server writes to: its two templates, and the one it is asked for databases in."""
PLAY = """
import sys
from pathlib import Path
from pipeline.settings import read_settings
from samples.demo import play_all
settings = read_settings(data_dir=Path(sys.argv[1]), log_level="debug")
sys.exit(0 if play_all(settings, only=tuple(sys.argv[2:])) else 1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What is there once the calls are over and every process has ended."""

    data: Path
    leftovers: Path
    output: bytes
    errors: bytes
    code: int


pytestmark = pytest.mark.timeout(900)  # whichever test is first plays the calls for all


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    """Not under pytest's own folder: for root the database runs as another user, who may not look in there."""
    folder = Path(tempfile.mkdtemp(prefix="earmark-canary-"))
    leftovers = folder / "tmp"
    leftovers.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK_")}
    done = subprocess.run(
        [sys.executable, "-c", PLAY, str(folder / "data"), *CALLS],
        cwd=ROOT,
        env={**environment, "TMPDIR": str(leftovers)},
        capture_output=True,
        check=False,
    )
    yield Played(
        data=folder / "data", leftovers=leftovers, output=done.stdout, errors=done.stderr, code=done.returncode
    )
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def rows(played: Played) -> Iterator[dict[str, bytes]]:
    server = EmbeddedPostgres(played.data / "postgres")
    server.start()
    yield rows_by_column(server, "earmark")
    server.stop()


def scenarios() -> list[Scenario]:
    return [scenario for scenario in list_scenarios() if scenario.name in CALLS]


def what_must_be_hidden() -> list[Canary]:
    said = {hidden["said"] for name in CALLS for hidden in load_expected(name)["must_hide"]}
    whole = "four five three two zero one five one one two eight three zero three six six"
    names = {"imogen", "hartwell", "imogen.hartwell@example.com", "hartwel"}
    callers = [number_canary(scenario.from_) for scenario in scenarios()]
    return [*(canary(text) for text in said | names | {whole}), *callers]


def everything_said() -> list[Canary]:
    """Every three words in a row of both calls, besides what must be hidden."""
    runs = set()
    for scenario in scenarios():
        for turn in scenario.turns:
            words = re.findall(r"[a-z']+", turn.text.lower())
            runs |= {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}
    return [*what_must_be_hidden(), *(Canary(name=run, texts=frozenset({run})) for run in runs)]


def test_both_calls_were_heard_and_their_words_are_in_the_vault(played: Played, rows: dict[str, bytes]) -> None:
    assert played.code == 0, (played.output + played.errors[-3000:]).decode()
    heard = []
    with open_base(read_settings(data_dir=played.data)) as base:
        for tenant in list_tenants(base.database):
            with base.database.transaction(tenant) as tx:
                found = [a for a in list_artifacts(tx) if a.kind is ArtifactKind.TRANSCRIPT_ORIGINAL]
            heard += [word.text for a in found for word in read_transcript(base.vault.read(a)).words]
    in_the_vault = {"vault": " ".join(heard).encode()}
    assert len(find(everything_said(), in_the_vault)) > 20
    assert find(what_must_be_hidden(), in_the_vault) != []
    assert rows["earmark.audit_events.tag"].count(b"recording:redaction:published") == 2


def test_no_column_of_any_table_holds_what_was_said(played: Played, rows: dict[str, bytes]) -> None:
    schemas = {name.split(".")[0] for name in rows}
    assert schemas >= {"earmark", "dbos"}
    published = ("earmark.policy_versions.document", "earmark.law_versions.document")  # texts that anybody may read
    assert set(published) <= set(rows)
    assert find(everything_said(), {name: body for name, body in rows.items() if name not in published}) == []


@pytest.mark.clause("nejix", "1", "referral URL, and error logs")
def test_no_process_wrote_what_was_said(played: Played) -> None:
    assert b"worker.ready" in played.errors
    assert find(everything_said(), {"output": played.output, "errors": played.errors}) == []


def test_no_object_and_no_object_key_holds_what_was_said(played: Played) -> None:
    objects = files_below(played.data / "artifacts")
    assert len(objects) > 10
    # Three or four digits stand in sealed bytes by chance.
    long_enough = [replace(one, texts=frozenset(t for t in one.texts if len(t) >= 6)) for one in everything_said()]
    assert find(long_enough, objects) == []


def test_no_file_of_the_installation_holds_what_must_be_hidden(played: Played) -> None:
    """The models' own vocabulary knows names; the results are what was redacted, and are compared elsewhere."""
    files = files_below(played.data, but=("models", "demo", "artifacts"))
    ours = {name: body for name, body in files.items() if not name.startswith(OF_THE_SERVER)}
    assert any(name.startswith("postgres/pg_wal/") for name in ours)
    assert any(name.startswith("postgres/base/") for name in ours)
    assert find(what_must_be_hidden(), ours) == []


def test_no_result_holds_what_must_be_hidden(played: Played) -> None:
    results = files_below(played.data / "demo")
    assert {name.split("/")[1] for name in results} >= {"transcript.redacted.json", "manifest.json", "decisions.json"}
    assert find(what_must_be_hidden(), {n: b for n, b in results.items() if not n.endswith(".wav")}) == []


def test_no_temporary_file_is_left_with_what_was_said(played: Played) -> None:
    assert find(everything_said(), files_below(played.leftovers)) == []


@pytest.mark.parametrize(
    "written",
    [
        b"it was Imogen Hartwell, she said",
        b'{"text":"HARTWELL"}',
        base64.b64encode(b"x, hartwell"),
        base64.b64encode(b"xx, Hartwell!"),
        b"Hartwell".hex().encode(),
        "Hartwell".encode("utf-16"),
        b"4532 0151 1283 0366",
        b"4532015112830366",
        b"code 731.",
        b"mail imogen.hartwell@example.com",
        b"+442079460958",
        b"h a r t w e double l",
    ],
)
def test_the_search_finds_what_it_looks_for(written: bytes) -> None:
    assert find(what_must_be_hidden(), {"here": b"\0\1" + written + b"\2"})
