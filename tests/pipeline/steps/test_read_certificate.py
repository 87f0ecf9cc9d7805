from __future__ import annotations

import hashlib
import json

import pytest

from pipeline.consent import jws
from pipeline.model.certificate import CERTIFICATE_TYPE
from pipeline.model.decision_terms import Clause
from pipeline.model.errors import IntegrityError
from pipeline.model.purge import Ground, Subject
from pipeline.model.retention import RetentionBasis
from pipeline.steps.certify import certify
from pipeline.steps.read_certificate import read_certificate
from pipeline.store.purges import open_purge
from pipeline.store.signing_keys import pinned_keys, sign

GROUND = Ground(cause=RetentionBasis.CHILD, clause=Clause(document="nejix", section="9", key="promptly delete"))


@pytest.fixture
def certificate(line):
    recording = line.record()
    with line.tx() as tx:
        purge = open_purge(tx, Subject(kind="recording", id=recording.id), GROUND)
    [certificate] = certify(line.context, line.owner.id, purge)
    return certificate


@pytest.fixture
def pinned(line, certificate):
    with line.tx() as tx:
        return pinned_keys(tx)


def test_a_statement_is_read_back_as_the_row_that_lists_it(certificate, pinned):
    assert read_certificate(certificate.statement, pinned=pinned) == certificate
    assert certificate.sha256 == hashlib.sha256(certificate.statement.encode()).hexdigest()


def test_a_statement_of_a_key_that_is_not_pinned_is_refused(certificate, pinned):
    others = {kid: bytes(32) for kid in pinned}
    for keys in ({}, others):
        with pytest.raises(IntegrityError):
            read_certificate(certificate.statement, pinned=keys)


def test_a_statement_of_another_kind_is_no_certificate(line, certificate, pinned):
    payload = jws.verify(certificate.statement, typ=CERTIFICATE_TYPE, pinned=pinned).payload
    with line.tx() as tx:
        statement, _ = sign(tx, payload, typ="receipt+jws", keys=line.context.vault.keys)
    with pytest.raises(IntegrityError):
        read_certificate(statement, pinned=pinned)
    assert json.loads(payload)["format"] == "deletion.certificate"
