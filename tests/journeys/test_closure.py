"""An account from the day it is closed to the proof that it is gone, each day asserted with a clock that is moved."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.consent import jws
from pipeline.decisions.close_tenant import close_tenant
from pipeline.model.certificate import CERTIFICATE_TYPE
from pipeline.policies.loader import load_bundle
from pipeline.store.certificates import list_newest
from pipeline.store.closures import find_closure
from pipeline.store.signing_keys import list_public_keys
from pipeline.store.system_session import find_tenant_by_api_key
from pipeline.store.tenants import get_tenant
from pipeline.vendors.files import FileArtifacts
from pipeline.workflows.retention import begin_closure, retain_tenant
from tests.disposal import a_whole_recording, living
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context

BUNDLE = load_bundle("nejix")


@pytest.fixture
def line(database, tenant, tmp_path, clock) -> Line:
    """A tenant's line whose object store tells the time by the moved clock."""
    made = Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)
    objects = FileArtifacts(tmp_path / "objects", now=clock.now)
    return made.with_parts(vault=replace(made.context.vault, objects=objects), clock=clock)


@pytest.fixture
def recording(line):
    return a_whole_recording(line)


class Account:
    """The closed account, night by night."""

    def __init__(self, line: Line, clock) -> None:
        self.line, self.clock, self.began = line, clock, clock.now()

    def close(self) -> None:
        with self.line.tx() as tx:
            close_tenant(tx, self.line.context.vault, actor="user:1", reason="they left", bundle=BUNDLE)
        begin_closure(self.line.context, self.line.owner.id)

    def day(self, number: int, line: Line | None = None) -> dict:
        """Go to a day after the closure and let the night's run do its work."""
        self.clock.at = self.began + timedelta(days=number)
        return dict(retain_tenant((line or self.line).context, self.line.owner.id))

    def proof(self) -> dict:
        with self.line.tx() as tx:
            closure = find_closure(tx)
            pinned = {key.kid: key.public_key for key in list_public_keys(tx)}
            [part] = list_newest(tx, closure.id)
        return json.loads(jws.verify(part.statement, typ=CERTIFICATE_TYPE, pinned=pinned).payload)


@pytest.fixture
def account(line, clock) -> Account:
    return Account(line, clock)


@pytest.mark.clause("nejix", "4", "delete or anonymize your personal information within 90 days")
def test_each_day_of_a_closure(line, recording, account):
    """Nejix 4 and D.3-5: Twilio at once, everything by day 80, the key and the proof by day 90."""
    before = living(line, recording)
    account.close()

    # Day 0: nothing is recorded any more and the vendor has no copy, long before day 50.
    assert not line.at_vendor(recording)
    with line.tx() as tx:
        assert find_closure(tx).vendor_gone_at is not None
        owner = get_tenant(tx, keys=line.context.vault.keys)
    assert (owner.is_active, owner.armed) == (False, frozenset())
    assert find_tenant_by_api_key(line.context.vault.database, owner.api_key_sha256 or "") is None

    # Up to the day before: all is still there, read by nobody.
    assert account.day(79)["purged"] == 1  # the ordinary end of nothing but what a nejix recording has: see below
    left = {a.kind for a in living(line, recording)}
    assert left == {a.kind for a in before}
