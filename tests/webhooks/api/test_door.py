from __future__ import annotations

from datetime import timedelta

from pipeline.decisions.api_keys import make_key
from pipeline.model.allowance import Allowance
from pipeline.model.api_key import Scope
from pipeline.store.audit import list_events


def test_each_answer_says_what_the_key_has_left_and_one_too_many_is_told_when_to_come_back(empty, clock):
    few = Allowance(requests=3, every=timedelta(seconds=10))
    empty.stage = empty.stage.on(empty.stage.context.database, allowance=few)
    left = [empty.ask("GET", "queue").headers["ratelimit-remaining"] for _ in range(2)]
    refused = empty.ask("GET", "recordings/none")
    assert (left, refused.status_code, refused.headers["ratelimit-remaining"]) == (["2", "1"], 422, "0")
    refused = empty.ask("GET", "queue")
    assert (refused.status_code, refused.headers["content-type"]) == (429, "application/problem+json")
    told = {name: refused.headers[name] for name in ("retry-after", "ratelimit-limit", "ratelimit-reset")}
    assert told == {"retry-after": "10", "ratelimit-limit": "3", "ratelimit-reset": "30"}
    other = empty.with_key()
    assert other.ask("GET", "queue").status_code == 200  # each key has its own
    clock.move(seconds=10)
    assert empty.ask("GET", "queue").status_code == 200


def test_a_key_acts_under_its_own_name(empty):
    empty.do("matters", {"matter": "M-1", "title": "canary", "owners": ["ada"]})
    with empty.tx() as tx:
        assert [e.entry.actor for e in list_events(tx, target="M-1")] == [f"key:{empty.name}"]


def test_without_a_key_or_with_another_scheme_nothing_is_answered(empty):
    for said in ("", "Bearer", "Bearer ", "Bearer x", f"Basic {empty.text}", empty.text):
        answer = empty.client.get("/api/v1/queue", headers={"Authorization": said})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_what_is_wrong_is_told_by_our_names_and_nothing_that_was_sent(empty):
    for body in ({"canary": 1}, {"reason": "x", "canary": "canary"}, {"matter": "canary", "scope": ["canary"]}):
        answer = empty.ask("POST", "holds", body)
        assert (answer.status_code, "canary" in answer.text) == (422, False)
    assert empty.ask("POST", "holds", {}).json()["detail"] == "body reason: missing"
    wrong = empty.ask("POST", "holds", {"matter": "M", "scope": "party", "subject": "canary", "reason": "x"})
    assert wrong.json()["detail"] == "a number is + and 7 to 15 digits"


def test_a_key_of_a_reader_writes_nothing(empty):
    with empty.tx() as tx:
        make_key(tx, "other", [Scope.HOLDS_READ], lasts=timedelta(days=1), actor="user:ada")
    reader = empty.with_key([Scope.HOLDS_READ])
    assert reader.get("holds") == {"items": [], "next": None}
    assert reader.refused("matters", {"matter": "M-1", "title": "t", "owners": []}) == 403
