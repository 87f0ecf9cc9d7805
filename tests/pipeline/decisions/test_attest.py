from __future__ import annotations

import json

import pytest

from pipeline.consent import jws
from pipeline.decisions.attest import TYP, Declarant, attest, require_attestation
from pipeline.model.errors import IntegrityError, InvalidInput, NotFound, NotPermitted
from pipeline.policies.attestations import load_wording
from pipeline.store.audit import list_events
from pipeline.store.signing_keys import list_public_keys

JANE = Declarant(name="Jane Roe", role="Head of Support")


def test_a_declaration_says_who_what_when_and_holds_to_its_last_byte(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        made = attest(tx, tenant, JANE, keys=keys, actor="cli")
        public = {key.kid: key.public_key for key in list_public_keys(tx)}
    signed = jws.verify(made.statement, typ=TYP, pinned=public)
    said = json.loads(signed.payload)
    wording = load_wording()
    assert said["wording"] == {"id": wording.id, "sha256": wording.sha256, "text": wording.text}
    assert said["declared_by"] == {"name": "Jane Roe", "role": "Head of Support"}
    assert (said["tenant"], said["company"], said["account_sid"]) == (tenant.id, "Acme", tenant.account_sid)
    assert said["declared_at"] == made.at.isoformat()
    assert (said["attestation"], signed.kid) == (made.id, made.kid)
    with pytest.raises(IntegrityError):
        jws.verify(made.statement[:-8] + "AAAAAAAA", typ=TYP, pinned=public)
    with pytest.raises(IntegrityError):
        jws.verify(made.statement, typ="earmark-consent-receipt", pinned=public)


def test_the_log_knows_the_words_and_the_key_and_nobodys_name(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        made = attest(tx, tenant, JANE, keys=keys, actor="cli")
        (event,) = [e.entry for e in list_events(tx) if e.entry.tag == "tenant:number:attested"]
    assert (event.target, event.facts["wording_sha256"]) == (made.id, load_wording().sha256)
    assert "Roe" not in json.dumps(dict(event.facts))
    assert "Roe" not in repr(JANE)


@pytest.mark.parametrize(
    "who",
    [
        Declarant(name="", role="Head"), Declarant(name="Jane", role="  "), Declarant(name="x" * 201, role="Head"),
        Declarant(name="Jane\nRoe", role="Head"), Declarant(name="Jane", role="Head\x00"),
    ],
)  # fmt: skip
def test_a_declaration_without_a_name_and_a_role_is_none(database, tenant, keys, who):
    with database.transaction(tenant.id) as tx:
        with pytest.raises(InvalidInput):
            attest(tx, tenant, who, keys=keys, actor="cli")
        with pytest.raises(NotPermitted):
            require_attestation(tx, keys=keys)


def test_a_declaration_is_good_for_a_year_and_then_made_again(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        first = attest(tx, tenant, JANE, keys=keys, actor="cli")
    clock.move(days=365)
    with database.transaction(tenant.id) as tx:
        assert require_attestation(tx, keys=keys) == first
    clock.move(seconds=1)
    with database.transaction(tenant.id) as tx:
        with pytest.raises(NotPermitted, match="older than a year"):
            require_attestation(tx, keys=keys)
        again = attest(tx, tenant, JANE, keys=keys, actor="cli")
        assert require_attestation(tx, keys=keys) == again


def test_nothing_is_declared_that_cannot_be_signed(database, tenant, keys):
    keys.destroy_tenant_key(tenant.id)
    with pytest.raises(NotFound), database.transaction(tenant.id) as tx:
        attest(tx, tenant, JANE, keys=keys, actor="cli")
