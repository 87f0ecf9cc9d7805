from __future__ import annotations

import json

from pipeline.supply.parts import Kind, read_models, read_parts
from pipeline.supply.sbom import reference, write_sbom
from tests.house.tree import ROOT

BILL = json.loads(write_sbom(ROOT))
COMPONENTS = {component["bom-ref"]: component for component in BILL["components"]}


def test_every_part_and_every_model_is_in_the_bill_with_digests() -> None:
    parts = read_parts(ROOT)

    assert set(COMPONENTS) == {reference(p) for p in parts} | {f"model:{m.name}" for m in read_models(ROOT)}
    for part in parts:
        component = COMPONENTS[reference(part)]
        archives = [p["value"] for p in component["properties"] if p["name"] == "earmark:archive:sha256"]
        digests = archives or [one["content"] for one in component["hashes"]]
        assert digests == list(part.digests) or part.kind is Kind.SCRIPT
        assert component["licenses"]


def test_a_script_has_the_digest_of_its_archive_and_a_model_those_of_its_files() -> None:
    [htmx] = [one for ref, one in COMPONENTS.items() if ref.startswith("pkg:npm/htmx.org@")]
    assert len(bytes.fromhex(htmx["hashes"][0]["content"])) == 64
    files = {one["name"]: one["hashes"][0]["content"] for one in COMPONENTS["model:whisper-base"]["components"]}
    assert files == next(model.files for model in read_models(ROOT) if model.name == "whisper-base")


def test_what_needs_what_names_only_what_is_there() -> None:
    known = {*COMPONENTS, BILL["metadata"]["component"]["bom-ref"]}
    needs = {entry["ref"]: entry["dependsOn"] for entry in BILL["dependencies"]}

    assert set(needs) <= known
    assert all(ref in known for needed in needs.values() for ref in needed)
    [spacy] = [ref for ref in known if ref.startswith("pkg:pypi/spacy@")]
    assert any(ref.startswith("pkg:pypi/thinc@") for ref in needs[spacy])


def test_the_same_files_give_the_same_bill() -> None:
    assert write_sbom(ROOT) == write_sbom(ROOT)
