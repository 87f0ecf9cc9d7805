from __future__ import annotations

import json

import pytest

from pipeline.model.errors import IntegrityError
from pipeline.policies.documents import law_document, policy_document, read_law, read_policy, text_sha256
from pipeline.policies.loader import load_bundle, load_matrix
from tests.pipeline.policies.cases import facts, judge


@pytest.mark.parametrize("policy", ["nejix", "connekz"])
def test_a_policy_comes_back_from_its_document_and_its_digest_is_of_the_text(policy: str) -> None:
    bundle = load_bundle(policy)
    document = policy_document(bundle)

    assert text_sha256(document) == bundle.digest
    assert read_policy(document, bundle.digest) == bundle
    assert read_policy(document, bundle.digest).digest == bundle.digest


def test_a_document_that_another_release_wrote_is_named_by_its_text() -> None:
    plain = json.loads(policy_document(load_bundle("nejix")))
    assert "instance_limit" not in plain["training"]
    plain["training"]["instance_limit"] = None  # as it was written before defaults were left out
    older = json.dumps(plain, sort_keys=True, separators=(",", ":"))

    assert read_policy(older, text_sha256(older)).digest == text_sha256(older) != load_bundle("nejix").digest


def test_one_changed_byte_of_a_policy_is_told() -> None:
    bundle = load_bundle("nejix")
    changed = policy_document(bundle).replace('"days":90', '"days":91', 1)

    with pytest.raises(IntegrityError, match="the stored policy is not the one"):
        read_policy(changed, bundle.digest)


def test_the_law_comes_back_from_its_document() -> None:
    document = law_document(load_matrix())

    assert read_law(document, text_sha256(document)) == load_matrix()
    assert read_law(document, text_sha256(document)).digest == load_matrix().digest == judge(facts()).matrix_digest
    with pytest.raises(IntegrityError, match="the stored law"):
        read_law(document + " ", text_sha256(document))


@pytest.mark.parametrize("document", ["{}", "[]", "{"])
def test_a_document_that_this_release_cannot_read_is_told_and_not_taken_for_changed(document: str) -> None:
    with pytest.raises(IntegrityError, match="cannot be read by this release"):
        read_policy(document, text_sha256(document))
