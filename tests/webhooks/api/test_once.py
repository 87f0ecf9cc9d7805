from __future__ import annotations

import threading

from sqlalchemy import text

from pipeline.model.api_key import Scope

BODY = {"kind": "access", "identifiers": [{"kind": "number", "value": "+6421234567"}], "place": "NZ"}
PATH = "subject-requests"


def opened(program) -> int:
    return len(program.get(PATH)["items"])


def test_the_same_write_is_done_once_and_answered_the_same(empty):
    first, again = (empty.ask("POST", PATH, BODY, Idempotency_Key="a-1") for _ in range(2))
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert opened(empty) == 1
    empty.ask("POST", PATH, BODY, Idempotency_Key="a-2")
    assert opened(empty) == 2
    other = empty.ask("POST", PATH, BODY | {"kind": "deletion"}, Idempotency_Key="a-1")
    assert (other.status_code, other.headers["content-type"], opened(empty)) == (422, "application/problem+json", 2)
    assert empty.ask("POST", f"{PATH}?x=1", BODY, Idempotency_Key="a-1").status_code == 422


def test_another_key_has_its_own_names(empty):
    empty.ask("POST", PATH, BODY, Idempotency_Key="a-1")
    other = empty.with_key()
    assert "idempotency-replayed" not in other.ask("POST", PATH, BODY, Idempotency_Key="a-1").headers
    assert opened(empty) == 2


def test_a_refusal_changed_nothing_so_its_name_may_be_used_again(empty):
    wrong = {"revision": 7}
    draft = empty.do("settings/draft", {"settings": {"asks_everyone": True}}, method="PATCH")
    here = f"settings/drafts/{draft['id']}/submit"
    assert empty.ask("POST", here, wrong, Idempotency_Key="b").status_code == 409
    assert empty.ask("POST", here, {}, Idempotency_Key="b").status_code == 422
    assert empty.with_key([Scope.AUDIT_READ]).ask("POST", here, wrong, Idempotency_Key="b").status_code == 403
    done = empty.ask("POST", here, {"revision": draft["revision"]}, Idempotency_Key="b")
    assert (done.status_code, done.json()["state"]) == (200, "submitted")


def test_while_the_first_has_no_answer_nothing_is_done(empty):
    empty.ask("POST", PATH, BODY, Idempotency_Key="c")
    with empty.tx() as tx:
        tx.connection.execute(text("update earmark.api_answers set status = null, sealed = null"))
    again = empty.ask("POST", PATH, BODY, Idempotency_Key="c")
    assert (again.status_code, "no answer yet" in again.json()["detail"], opened(empty)) == (409, True, 1)


def test_of_many_at_once_one_is_done(empty):
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(empty.ask("POST", PATH, BODY, Idempotency_Key="d").status_code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened(empty) == 1
    assert 201 in statuses
    assert set(statuses) <= {201, 409}


def test_after_a_day_it_is_a_new_write_and_what_was_kept_is_gone(empty, clock):
    empty.ask("POST", PATH, BODY, Idempotency_Key="e")
    with empty.tx() as tx:
        kept = tx.connection.execute(text("select * from earmark.api_answers")).one()
        assert "dsr_" not in str(kept)
        assert b"dsr_" not in bytes(kept.sealed)
    clock.move(seconds=24 * 3600)
    assert "idempotency-replayed" not in empty.ask("POST", PATH, BODY, Idempotency_Key="e").headers
    with empty.tx() as tx:
        assert tx.connection.execute(text("select count(*) from earmark.api_answers")).scalar() == 1


def test_a_name_that_is_none_is_refused_before_anything_is_done(empty):
    for name in ("", "a b", "x" * 201):
        assert empty.ask("POST", PATH, BODY, Idempotency_Key=name).status_code == 422
    assert opened(empty) == 0
