from __future__ import annotations

from pipeline.decisions.attest import Declarant, attest
from pipeline.ports.telephony import VendorNumber
from pipeline.store.tenants import get_tenant

OTHER = "+12125550177"


def test_a_number_is_listed_masked_armed_after_the_declaration_and_disarmed(empty):
    context = empty.stage.context
    sid = "PN" + "1" * 32
    context.telephony.numbers[sid] = VendorNumber(number=OTHER, number_sid=sid, urls=None)
    made = empty.do("numbers", {"number": OTHER})
    assert (made["is_armed"], OTHER in str(made)) == (False, False)
    assert empty.refused(f"numbers/{made['id']}/arm") == 403
    with empty.tx() as tx:
        owner = get_tenant(tx, keys=context.keys)
        attest(tx, owner, Declarant(name="Ada", role="Counsel"), keys=context.keys, actor="user:ada")
    assert empty.do(f"numbers/{made['id']}/arm")["is_armed"]
    assert empty.do(f"numbers/{made['id']}/disarm")["is_armed"] is False
    assert len(empty.get("numbers")["items"]) == 2
    assert empty.refused("numbers", {"number": "021"}) == 422


def test_evidence_is_put_on_file_where_it_holds(empty):
    given = {
        "name": "twilio", "contract": "C-1", "training_off_by": "DPA 4", "regions": ["us"],
        "evidence_on": "2026-11-01", "expires_on": "2027-05-01",
    }  # fmt: skip
    assert empty.do("processors", given)["name"] == "twilio"
    assert empty.refused("processors", given | {"expires_on": "2026-10-01"}) == 422
    assert empty.refused("processors", given | {"name": "nobody"}) == 404
