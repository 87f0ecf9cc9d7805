from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model.errors import InvalidInput, NotFound
from pipeline.policies import loader
from pipeline.policies.loader import (
    list_locales,
    list_policies,
    load_bundle,
    load_bundle_file,
    load_law,
    load_matrix,
    load_scripts,
    parse_yaml,
)

NEJIX = Path(loader.__file__).parent / "data" / "nejix.yaml"


def test_the_packaged_policies_scripts_and_rows_are_found() -> None:
    assert list_policies() == ("connekz", "nejix")
    assert list_locales() == ("de-DE", "en-AU", "en-GB", "en-NZ", "en-US", "es-ES", "fr-FR", "pt-PT")
    assert len(load_matrix().jurisdictions) == 126
    assert len(load_law().numbers.area_codes) == 487
    assert len(load_law().numbers.withheld) == 6


def test_a_policy_file_and_the_packaged_policy_are_the_same() -> None:
    assert load_bundle_file(NEJIX) == load_bundle("nejix")
    assert load_bundle_file(NEJIX).digest == load_bundle("nejix").digest


def test_a_name_that_is_not_there_is_not_found_and_never_read_as_a_path() -> None:
    for name in ("../nejix", "jurisdictions", "places", "Nejix", ""):
        with pytest.raises(NotFound, match="connekz, nejix"):
            load_bundle(name)
    with pytest.raises(NotFound, match="de-DE"):
        load_scripts("../nejix")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "f.yaml: not valid YAML, line 1"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml: a key is written twice, line 3"),
        ("outer:\n  a: 1\n  a: 2\n", "f.yaml: a key is written twice, line 3"),
        ("- 1\n", "f.yaml: a mapping is expected"),
        ("", "f.yaml: a mapping is expected"),
        ("a: !!python/object/apply:os.getcwd []\n", "f.yaml: not valid YAML, line 1"),
        ("a: 2026-13-45\n", "f.yaml: not valid YAML"),
        ("[" * 2000, "f.yaml: not valid YAML"),
        ("a: " + "x" * 1_000_001, "f.yaml: longer than"),
    ],
)
def test_yaml_that_is_not_a_plain_mapping_is_refused_in_one_line(text: str, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_yaml(text, name="f.yaml")

    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_a_policy_without_a_clause_is_refused_by_the_name_of_the_leaf(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    clause = '  clause: {section: "9", key: "individuals under the age of 13"}\n'
    text = NEJIX.read_text(encoding="utf-8")
    assert text.count(clause) == 1
    file.write_text(text.replace(clause, ""), encoding="utf-8")

    with pytest.raises(InvalidInput) as caught:
        load_bundle_file(file)
    assert str(caught.value) == "own.yaml: minors has no clause"


def test_a_policy_that_cannot_be_read_as_text_is_refused_by_its_name_alone(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"id: caf\xe9\n")

    for name in ("latin.yaml", "missing.yaml"):
        with pytest.raises(InvalidInput) as caught:
            load_bundle_file(tmp_path / name)
        assert str(caught.value) == f"{name}: cannot be read as text"
    with pytest.raises(InvalidInput):
        load_bundle_file(tmp_path)


def test_a_refusal_tells_the_fault_and_not_what_was_written_there(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("id: '+14155550123'\n", encoding="utf-8")

    with pytest.raises(InvalidInput) as caught:
        load_bundle_file(tmp_path / "own.yaml")
    assert "4155" not in str(caught.value)
