from __future__ import annotations

from pipeline.bootstrap import Base
from pipeline.settings import read_settings
from pipeline.store.attestations import find_newest_attestation
from pipeline.store.tenants import get_tenant
from pipeline.vendors.twilio_calls import TwilioTelephony
from pipeline.vendors.twilio_line import TwilioLine
from samples.demo_numbers import arm_numbers
from samples.demo_tenants import DemoTenant
from samples.scenario import parse_scenario
from samples.twilio_standin import Account, Standin
from tests.conftest import make_tenant
from tests.roles import beside


def test_a_number_of_a_sample_is_attested_for_pointed_and_armed_and_a_second_run_changes_nothing(
    database, keys, vault, clock, tmp_path
):
    made = make_tenant(database, keys, "fresh")
    base = Base(
        settings=read_settings(data_dir=tmp_path),
        clock=clock,
        vault=vault,
        addresses=beside("postgresql+psycopg://x@/x"),
    )
    scenario = parse_scenario({"name": "one", "tenant": "fresh", "from": "+12125550143", "to": "+16465550177"})
    with Standin() as twilio:
        account = Account(sid=made.account_sid or "", auth_token=made.secrets.auth_token)
        twilio.add_account(account)
        owner = DemoTenant(tenant=made, account=account, api_key="key")
        telephony = TwilioTelephony(line=TwilioLine(api_base=twilio.url))
        for _ in range(2):
            arm_numbers(base, [(owner, scenario)], twilio=twilio, telephony=telephony, public_base="http://127.0.0.1:1")
        (number,) = twilio.ledger.numbers.values()
    with database.transaction(made.id) as tx:
        assert len(get_tenant(tx, keys=keys).armed) == len(made.armed) + 1
        assert find_newest_attestation(tx, keys=keys) is not None
    assert "/twilio/fresh/voice" in str(number.settings)
