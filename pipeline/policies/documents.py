"""Policies and law as documents that are stored, and read back years later under the digest they were stored by."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from pipeline.model.decision import canonical_json
from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.policies.bundle import Bundle
from pipeline.policies.jurisdictions import JurisdictionMatrix
from pipeline.policies.loader import check, parse_json


def policy_document(bundle: Bundle) -> str:
    """Write a policy as the text that its digest is taken of."""
    return canonical_json(bundle.model_dump(mode="json", exclude_defaults=True)).decode("ascii")


@lru_cache(maxsize=512)
def read_policy(document: str, digest: str) -> Bundle:
    """Read a stored policy.

    Raises:
        IntegrityError: the text is not the one that its digest was taken of, or this release cannot read it.
    """
    _check_digest(document, digest, name="policy")
    bundle = _read(Bundle, document, name="policy")
    # A later release may know fields that the text does not have: the version is named by its text, not by our reading.
    bundle.__dict__["digest"] = digest
    return bundle


def law_document(matrix: JurisdictionMatrix) -> str:
    """Write the rows of law as text."""
    plain = matrix.model_dump(mode="json")
    return canonical_json({**plain, "eu_members": sorted(matrix.eu_members)}).decode("ascii")


@lru_cache(maxsize=64)
def read_law(document: str, document_sha256: str) -> JurisdictionMatrix:
    """Read stored rows of law.

    Raises:
        IntegrityError: the text is not the one that was stored, or this release cannot read it.
    """
    _check_digest(document, document_sha256, name="law")
    return _read(JurisdictionMatrix, document, name="law")


def text_sha256(document: str) -> str:
    """Give the sha256 of a document's text."""
    return hashlib.sha256(document.encode()).hexdigest()


def _check_digest(document: str, digest: str, *, name: str) -> None:
    if text_sha256(document) != digest:
        raise IntegrityError(f"the stored {name} is not the one that its digest {digest[:12]} names")


def _read[Model: (Bundle, JurisdictionMatrix)](model: type[Model], document: str, *, name: str) -> Model:
    try:
        return check(model, parse_json(document, name=name), name=name)
    except InvalidInput as error:
        raise IntegrityError(f"the stored {name} cannot be read by this release: {error}") from error
