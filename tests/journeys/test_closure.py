"""An account from the day it is closed to the proof that it is gone, each day asserted with a clock that is moved."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.consent import jws
from pipeline.consent.deletion_proof import check_file
from pipeline.decisions.close_tenant import close_tenant
from pipeline.decisions.holds import approve_release, ask_release, place
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.certificate import CERTIFICATE_TYPE
from pipeline.model.errors import Conflict, IntegrityError, InvalidInput, NotFound, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.policies.closing import plan_of
from pipeline.policies.loader import load_bundle
from pipeline.reads.deletions import export_certificate
from pipeline.steps.keep_beyond import kept_context
from pipeline.store.artifacts import list_artifacts
from pipeline.store.certificates import list_newest
from pipeline.store.closures import find_closure, list_kept
from pipeline.store.seal import open_sealed
from pipeline.store.signing_keys import list_public_keys
from pipeline.store.system_session import find_tenant_by_api_key, list_tenants
from pipeline.store.tenants import get_tenant
from pipeline.vendors.files import FileArtifacts
from pipeline.workflows.retention import begin_closure, retain_tenant
from tests.disposal import a_whole_recording, lies, living, statements
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import FileVendor, Log, scripted_context

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

    # Up to the day before the purge: all is still there, and the nights purge nothing.
    for number in (0, 1, 50, 79):
        told = account.day(number)
        assert (told["purged"], told["is_key_destroyed"], told["at_vendor"]) == (0, False, 0)
    assert [a.id for a in living(line, recording)] == [a.id for a in before]

    # Day 80: everything goes but the proof of consent, which is sealed anew; the key goes the same night.
    told = account.day(80)
    assert (told["purged"], told["waiting"], told["is_key_destroyed"], told["is_proved"]) == (1, 0, True, True)
    assert lies(line, "tenants/acme/") == []
    with pytest.raises(NotFound):
        line.context.vault.keys.digest_key(line.owner.id)
    with line.tx() as tx, pytest.raises(NotFound):
        get_tenant(tx, keys=line.context.vault.keys)

    # The proof, before day 90: moments, certificates by digest, each exception with statute, owner, end and fields.
    proof = account.proof()
    assert proof["closed_on"] == account.began.date().isoformat()
    assert date.fromisoformat(proof["signed_at"][:10]) <= plan_of(account.began.date(), BUNDLE).proof_by
    assert all(proof[name] for name in ("vendor_gone_at", "purged_at", "key_destroyed_at"))
    assert proof["certificates"]["count"] == 1
    assert proof["remains"] == []
    receipts = [a for a in before if a.kind is K.CONSENT_RECEIPT]
    assert {e["artifact"] for e in proof["exceptions"]} == {a.id for a in receipts}
    for one in proof["exceptions"]:
        assert (one["why"], one["statute"]) == ("audit", "nejix 4: legal, tax, or audit purposes")
        assert "no sound, no words, no numbers" in one["fields"]
        assert one["owner"]
        assert date.fromisoformat(one["expires_on"]) <= account.clock.now().date() + timedelta(days=2190)

    # Afterwards nights do nothing, until the exceptions' own end.
    assert account.day(90)["kept"] == len(receipts)
    last = max(date.fromisoformat(e["expires_on"]) for e in proof["exceptions"])
    account.day((last - account.began.date()).days)
    assert living(line, recording) == ()
    assert lies(line, "kept/") == []


def test_the_rows_of_a_closed_account_name_nobody(line, recording, account):
    from tests.disposal import rows

    account.close()
    account.day(80)
    assert rows(
        line, "select display_name, twilio_account_sid, api_key_sha256, sealed, status from earmark.tenants"
    ) == [("closed", None, None, b"", "closed")]
    assert rows(line, "select number_ref from earmark.legs") == [(None,)]
    assert list_tenants(line.context.vault.database, with_key=True) == ()


def test_a_closed_account_is_not_closed_again_and_needs_a_reason(line, account):
    with line.tx() as tx, pytest.raises(InvalidInput):
        close_tenant(tx, line.context.vault, actor="u", reason=" ", bundle=BUNDLE)
    with pytest.raises(NotFound):
        begin_closure(line.context, line.owner.id)
    account.close()
    with line.tx() as tx, pytest.raises(Conflict):
        close_tenant(tx, line.context.vault, actor="u", reason="again", bundle=BUNDLE)


@pytest.mark.clause("nejix", "4", "legal, tax, or audit purposes")
def test_what_is_held_is_sealed_under_its_matters_key_and_goes_with_the_release(line, recording, account):
    """Design ruling 5: readable by the matter's owners alone; the whole account is never exempt."""
    other = a_whole_recording(line)
    with line.tx() as tx:
        hold = place(
            tx, line.context.vault, matter="m-1", scope=("recording", recording.id), actor="user:counsel", reason="r"
        )
    original = line.artifact(recording, K.TRANSCRIPT_ORIGINAL)
    words = line.context.vault.read(original)
    account.close()
    assert line.at_vendor(recording)
    assert not line.at_vendor(other)
    told = account.day(80)
    assert (told["is_key_destroyed"], told["held_at_vendor"]) == (True, 1)
    assert {a.kind for a in living(line, other)} == {K.CONSENT_RECEIPT}

    with line.tx() as tx:
        [kept] = [one for one in list_kept(tx) if one.artifact == original.id]
    assert (kept.why, kept.statute, kept.owner, kept.expires_on) == ("hold", "legal hold: m-1", "user:counsel", None)
    objects, keys = line.context.vault.objects, line.context.vault.keys
    assert objects.read_lock(kept.kept_key).is_held
    bound = kept_context(original.kind, kept.kept_key)
    sealed = objects.get(kept.kept_key)
    assert open_sealed(sealed, keys=keys, tenant=TenantId(kept.key_name), context=bound) == words
    with pytest.raises(NotFound):
        line.context.vault.read(original)
    assert {"why": "hold", "owner": "user:counsel"}.items() <= next(
        e for e in account.proof()["exceptions"] if e["artifact"] == original.id
    ).items()

    account.day(200)
    assert line.context.vault.objects.get(kept.kept_key) == sealed
    with line.tx() as tx:
        ask_release(tx, hold=hold.id, actor="user:1", reason="settled")
        approve_release(tx, hold=hold.id, actor="user:2")
    objects.lock(kept.kept_key, hold=False)
    for entry in lies(line, "kept/"):
        objects.lock(entry, hold=False)
    account.day(201)
    assert not [k for k in lies(line, "kept/") if "matter--" in k and original.id in k]
    assert {a.kind for a in living(line, recording)} == {K.CONSENT_RECEIPT}


class Away(FileVendor):
    def delete(self, account, recording_sid):
        raise VendorUnavailable("twilio", "delete")


@pytest.mark.clause("nejix", "4", "delete or anonymize your personal information within 90 days")
def test_a_vendor_that_does_not_answer_is_asked_every_night_and_cannot_keep_the_key_alive(
    line, recording, account, capsys
):
    """Twilio deletes are issued at once, and told as late from day 50 on; the key goes on its last day all the same."""
    away = line.with_parts(vendor=Away(line.folder / "vendor", Log(line.folder / "vendor.log")))
    account.line = away
    account.close()
    assert account.day(49, away)["at_vendor"] == 1
    assert "closure.vendor_late" not in capsys.readouterr().out
    assert account.day(50, away)["at_vendor"] == 1
    assert "closure.vendor_late" in capsys.readouterr().out
    told = account.day(80, away)
    assert (told["waiting"], told["is_key_destroyed"]) == (1, False)
    told = account.day(83, away)
    assert (told["is_key_destroyed"], told["is_proved"]) == (True, True)
    assert {r["kind"] for r in account.proof()["remains"]} == {"recording", "vendor"}
    assert account.proof()["purged_at"] is None


def test_a_vendor_that_answers_again_in_time_is_done_by_then(line, recording, account):
    account.line = line.with_parts(vendor=Away(line.folder / "vendor", Log(line.folder / "vendor.log")))
    account.close()
    assert line.at_vendor(recording)
    assert account.day(10, line)["at_vendor"] == 0
    assert not line.at_vendor(recording)


def test_a_copy_that_does_not_open_to_the_same_bytes_keeps_the_key(line, recording, account):
    class Alters(FileArtifacts):
        def get(self, key, *, version=None):
            body = super().get(key, version=version)
            return body[:-1] + bytes([body[-1] ^ 1]) if key.startswith("kept/") else body

    account.close()
    objects = Alters(line.folder / "objects", now=account.clock.now)
    altered = line.with_parts(vault=replace(line.context.vault, objects=objects))
    with pytest.raises(IntegrityError):
        account.day(80, altered)
    assert line.context.vault.keys.digest_key(line.owner.id)
    assert account.day(81)["is_proved"]


def test_a_worker_that_died_after_the_key_was_destroyed_goes_on_from_there(line, recording, account):
    class DiesAfterwards(type(line.context.vault.keys)):
        def destroy_tenant_key(self, tenant):
            super().destroy_tenant_key(tenant)
            raise KeyboardInterrupt

    account.close()
    dying = line.with_parts(vault=replace(line.context.vault, keys=DiesAfterwards(line.folder / "keys")))
    with pytest.raises(KeyboardInterrupt):
        account.day(80, dying)
    with line.tx() as tx:
        assert find_closure(tx).key_destroyed_at is None
    told = account.day(81)
    assert (told["is_key_destroyed"], told["is_proved"]) == (True, True)
    with line.tx() as tx:
        assert len(list_artifacts(tx)) == told["kept"]


def test_the_proof_is_checked_offline(line, recording, account):
    account.close()
    account.day(80)
    with line.tx() as tx:
        export = json.dumps(export_certificate(tx, line.owner.id)).encode()
        parts = json.dumps(export_certificate(tx, recording.id)).encode()
    assert check_file(export).statements[0]["format"] == "closure.certificate"
    assert len(check_file(parts).destroyed) == len(statements(line)[0]["destroyed"])


def test_a_database_from_before_the_closure_loses_its_key_again(line, recording, account, postgres, database_name):
    from pipeline.steps.replay_ledger import replay_ledger
    from pipeline.store.session import Database
    from tests.conftest import APP_ROLE
    from tests.databases import copy_database, drop_database

    line.context.vault.database.close()
    copy = copy_database(postgres, database_name)
    key_file = line.folder / "keys" / "acme.json"
    key = key_file.read_bytes()
    account.close()
    account.day(80)
    key_file.write_bytes(key)
    older_database = Database(postgres.url(copy, user=APP_ROLE), clock=account.clock)
    try:
        older = line.with_parts(vault=replace(line.context.vault, database=older_database))
        found = replay_ledger(older.context, line.owner.id)
        assert (found["doubted"], found["waiting"]) == (0, 0)
        with pytest.raises(NotFound):
            line.context.vault.keys.digest_key(line.owner.id)
        assert {a.kind for a in living(older, recording)} == {K.CONSENT_RECEIPT}
    finally:
        older_database.close()
        drop_database(postgres, copy)
