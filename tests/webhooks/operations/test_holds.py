from __future__ import annotations

from pipeline.model.artifact import ArtifactKind
from pipeline.model.user import Role
from pipeline.steps.context import shelf_of
from pipeline.store.holds import list_holds
from tests.conftest import make_tenant
from tests.webhooks.sign_in.people import seated


def holds(desk):
    with desk.line.tx() as tx:
        return list_holds(tx)


def placed(desk, person, **form) -> str:
    person.get("/operations/holds")
    done = person.post("/operations/holds", **({"matter": "m-1", "reason": "canary reason"} | form))
    assert done.status_code == 303, done.text
    return done.headers["location"].split("?")[0]


def test_a_hold_is_placed_and_every_lock_is_read_back(desk):
    recording, op = desk.line.record(), desk.operator()
    desk.line.context.vault.keep(shelf_of(recording), ArtifactKind.SUMMARY, b"words")
    assert "Nothing is held." in op.get("/operations/holds").text
    here = placed(desk, op, scope="recording", subject=recording.id)
    page = op.get(f"{here}?done=placed").text
    assert ("every object that it covers is locked" in page, ">locked<" in page, "canary reason" in page) == (True,) * 3
    (event,) = desk.line.events("hold:hold:placed")
    assert (event["objects"], "canary" in str(event) + holds(desk)[0].reason) == (1, False)
    desk.context.objects.lock(desk.line.artifact(recording, ArtifactKind.SUMMARY).object_key, hold=False)
    assert ">not locked<" in op.get(here).text


def test_two_people_release_it(desk):
    recording, ann, bob = desk.line.record(), desk.operator("ann"), desk.operator("bob")
    here = placed(desk, ann, scope="recording", subject=recording.id)
    bob.get(here)
    early = bob.post(f"{here}/approve", reason="x")
    assert (early.status_code, "Nobody has asked" in early.text) == (409, True)
    assert ann.post(f"{here}/release", reason="").status_code == 422
    assert ann.post(f"{here}/release", reason="settled").status_code == 303
    same = ann.post(f"{here}/approve", reason="x")
    assert (same.status_code, "another person must" in same.text) == (403, True)
    assert "Approve the release" not in ann.get(here).text
    assert "release to be approved" in bob.get("/operations/holds").text
    assert bob.post(f"{here}/reject", reason="not yet").headers["location"].endswith("?done=kept")
    assert ann.post(f"{here}/release", reason="settled now").status_code == 303
    assert bob.post(f"{here}/approve", reason="seen").headers["location"].endswith("?done=released")
    assert holds(desk)[0].released_by == "user:bob"
    assert "Nothing is held." in ann.get("/operations/holds").text
    assert ann.get("/operations/holds?which=all").text.count(holds(desk)[0].id) == 3, (
        "in its address, its title and its link"
    )
    assert "settled" not in str(desk.line.events("hold:release:asked"))


def test_a_person_is_held_by_number_and_the_number_is_kept_nowhere(desk):
    op = desk.operator()
    placed(desk, op, scope="party", subject="+1 (212) 555-0100")
    assert "2125550100" not in str(holds(desk)) + op.get("/operations/holds").text
    op.get("/operations/holds")
    for form in (
        {"scope": "party", "subject": "212"},
        {"scope": "recording", "subject": "rec_none"},
        {"scope": "moon"},
    ):
        refused = op.post("/operations/holds", matter="m-1", reason="x", **form)
        assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    assert op.post("/operations/holds", matter="", scope="tenant", reason="x").status_code == 422
    assert len(holds(desk)) == 1


def test_a_matter_is_named_and_closed_when_it_holds_nothing(desk):
    op = desk.operator()
    placed(desk, op, scope="tenant")
    done = op.post("/operations/matters", matter="m-1", title="Smith v Acme", owners="ann, bob")
    assert done.status_code == 303
    page = op.get("/operations/holds?done=matter").text
    assert ("Smith v Acme" in page, "ann, bob" in page) == (True, True)
    assert op.post("/operations/matters", matter="m-2", title="").status_code == 422
    assert op.post("/operations/matters/close", matter="m-1").status_code == 409
    op.post("/operations/matters", matter="m-2", title="Another")
    assert op.post("/operations/matters/close", matter="m-2").headers["location"].endswith("?done=closed")


def test_only_an_operator_acts_and_another_tenants_hold_is_not_there(desk, database, keys):
    here = placed(desk, desk.operator(), scope="tenant")
    auditor = desk.sits("aud", Role.AUDITOR)
    assert auditor.get(here).status_code == 200
    assert "Place a hold" not in auditor.get("/operations/holds").text
    for path in ("/operations/holds", "/operations/matters", f"{here}/release", f"{here}/approve"):
        assert auditor.post(path, reason="x").status_code == 403
    make_tenant(database, keys, "other")
    stranger = seated(desk.context, "eve", Role.OPERATOR, tenant="other")
    assert stranger.get(here).status_code == 404
    assert {stranger.post(f"{here}/{act}", reason="x").status_code for act in ("release", "approve", "burn")} == {404}
