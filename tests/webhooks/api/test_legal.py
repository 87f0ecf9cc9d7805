from __future__ import annotations

import io
import zipfile
from functools import partial

from pipeline.decisions.legal import Approval, approve_request, notify_tenant, open_request
from pipeline.model.artifact import ArtifactKind
from pipeline.model.legal import LegalDemand, LegalKind, LegalWords
from pipeline.model.user import Role
from pipeline.reads.legal_export import export_request
from pipeline.steps.settle_hold import settle_hold
from pipeline.store.artifacts import find_newest
from pipeline.store.holds import list_holds
from pipeline.store.session import Database
from tests.webhooks.sign_in.people import Person, seated


def test_a_key_takes_a_demand_in_a_person_approves_and_the_key_hands_it_out_and_closes_it(program, stranger):
    wanted = {
        "reference": "canary 17", "authority": "a court", "statute": "18 U.S.C. 2703", "received_on": "2026-11-20",
        "covers": [program.recording],
    }  # fmt: skip
    made = program.do("legal-demands", wanted)
    here = f"legal-demands/{made['id']}"
    assert (made["state"], made["covers"], "canary" in str(made)) == ("open", [program.recording], False)
    assert program.refused("legal-demands", wanted | {"covers": ["rec_none"]}) == 404
    assert program.refused("legal-demands", wanted | {"received_on": "2099-01-01"}) == 422
    assert program.refused(f"{here}/export", method="GET") == 409
    with program.tx() as tx:
        text = find_newest(tx, program.recording, ArtifactKind.TRANSCRIPT_REDACTED)
        keys = program.stage.context.keys
        approve_request(tx, made["id"], Approval(artifacts=(text.id,)), keys=keys, actor="user:counsel")
    assert program.ask("GET", f"{here}/export").content[:2] == b"PK"
    assert program.get(here)["state"] == "exported"
    assert program.refused(f"{here}/close", {"outcome": "refused", "reason": "x"}) == 409
    assert program.do(f"{here}/close", {"outcome": "answered", "reason": "sent"})["state"] == "closed"
    assert [one["id"] for one in program.get("legal-demands")["items"]] == [made["id"]]
    assert (stranger.get("legal-demands")["items"], stranger.refused(here, method="GET")) == ([], 404)


def test_what_was_held_and_read_under_an_order_is_nowhere_until_the_tenant_is_told(program, clock):
    line, vault, tenant = program.line, program.line.context.vault, program.tenant
    url = vault.database.engine.url.render_as_string(hide_password=False)
    desk = Database(url, clock=clock, via="os:root")
    with desk.transaction(tenant) as tx:
        words = LegalWords(reference="26-cv-17", authority="a court", statute="18 U.S.C. 2703(d)")
        scope, today = (("recording", program.recording),), tx.now.date()
        demand = LegalDemand(kind=LegalKind.PROCESS, received_on=today, scope=scope, words=words)
        made = open_request(tx, vault, demand, has_hold=True, actor="user:ada").id
        text = find_newest(tx, program.recording, ArtifactKind.TRANSCRIPT_REDACTED)
        given = Approval(artifacts=(text.id,), barred_until=today, order="sealed order 4")
        approve_request(tx, made, given, keys=vault.keys, actor="user:bob")
        (hold,) = (one.id for one in list_holds(tx) if one.matter == made)
    export_request(vault, tenant, made, actor="user:bob")
    settle_hold(line.context, tenant, hold)

    def shown(person: Person) -> dict[str, bool]:
        with zipfile.ZipFile(io.BytesIO(program.ask("GET", program.at("export")).content)) as zipped:
            files = {name: zipped.read(name).decode() for name in ("decisions.json", "audit/events.jsonl")}
        asked = ("holds", "matters", program.at("sheet"), program.at("trail?limit=200"), "legal-demands")
        call = f"/review/recordings/{program.recording}"
        pages = ("/operations/holds?which=all", call, f"{call}/decisions/{text.id}", "/operations/legal")
        read = files | {path: program.ask("GET", path).text for path in asked}
        read |= {path: person.get(path).text for path in pages}
        return {path: made in body for path, body in read.items()}

    def counted(person: Person) -> list[int]:
        one = program.ask("GET", f"holds/{hold}").status_code
        page = person.get(f"/operations/holds/{hold}").status_code
        return [one, page, person.post(f"/operations/holds/{hold}/release", reason="x").status_code]

    seat = partial(seated, program.stage.context, app=program.client.app)
    before = seat("op", Role.OPERATOR, Role.REVIEWER)
    assert not any(shown(before).values()), shown(before)
    assert (counted(before), program.get("figures")["now"]["holds"]) == ([404, 404, 404], 0)
    clock.move(days=1)
    with desk.transaction(tenant) as tx:
        notify_tenant(tx, made, keys=vault.keys, actor="user:bob")
    desk.close()
    after = seat("po", Role.OPERATOR, Role.REVIEWER)
    assert all(shown(after).values()), shown(after)
    assert (counted(after), program.get("figures")["now"]["holds"]) == ([200, 200, 303], 1)
