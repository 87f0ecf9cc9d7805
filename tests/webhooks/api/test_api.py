from __future__ import annotations

import re

import pytest

from pipeline.model.api_key import Scope

UNKNOWN = "0" * 26
BODIES = {
    "findings": {"version": 1, "kind": "confirm"},
    "missed": {"version": 1, "type": "PERSON", "start_ms": 1, "end_ms": 2},
    "approve": {"version": 1},
    "reject": {"version": 1, "code": "leaks"},
    "retry": {"reason": "x"},
    "move": {"move": "claim", "version": 1},
    "release": {"reason": "x"},
    "keep": {"reason": "x"},
    "acts": {"reason": "x"},
    "correction": {"reason": "x", "recording": "rec_x", "corrections": [{"turn": 0, "text": "x"}]},
    "submit": {"revision": 1},
    "withdraw": {"revision": 1},
    "rebase": {"revision": 1},
    "drop": {"revision": 1, "name": "x"},
    "rotate": {},
    "legal-demands": {"outcome": "refused", "reason": "x"},
}


def operations(program):
    for path, methods in program.client.app.openapi()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path.removeprefix("/api/v1/"), operation


def body_of(path: str):
    return next((body for word, body in BODIES.items() if re.search(rf"/{word}(/|$)", path)), None)


def test_every_operation_is_closed_to_a_key_with_every_scope_but_its_own_and_to_none(empty):
    without = {scope: empty.with_key([one for one in Scope if one is not scope]) for scope in Scope}
    asked = 0
    for method, path, operation in operations(empty):
        [(scope,)] = [named for one in operation["security"] for named in one.values()]
        named = re.sub(r"{.*?}", "x", path)
        refused = without[Scope(scope)].ask(method, named, {})
        assert (refused.status_code, refused.headers["content-type"]) in {
            (403, "application/problem+json"),
            (422, "application/problem+json"),  # the path itself was none; nothing of the route ran
        }
        assert empty.client.request(method, f"/api/v1/{named}").status_code == 401
        asked += refused.status_code == 403
    assert asked > 25


@pytest.fixture
def ids(program):
    """Something of each kind that a path names."""
    hold = program.do("holds", {"matter": "M-1", "scope": "recording", "subject": program.recording, "reason": "x"})
    asks = {"kind": "access", "identifiers": [{"kind": "number", "value": "+6421234567"}], "place": "NZ"}
    request = program.do("subject-requests", asks)
    draft = program.do("settings/draft", {"settings": {"topology": "voicemail"}}, method="PATCH")
    return {
        "recording": program.recording,
        "hold": hold["id"],
        "request": request["id"],
        "draft": draft["id"],
        "key": program.name,
        "matter": "M-1",
    }


def test_what_is_another_tenants_is_answered_as_what_does_not_exist(program, stranger, ids):
    seen = 0
    for method, path, operation in operations(program):
        names = re.findall(r"{(.*?)}", path)
        if not names or names[0] not in ids or path.startswith("recordings/{recording}/downloads/{kind}"):
            continue
        query = "?old=1&new=2" if path.endswith("differences") else "?reason=x" if method == "DELETE" else ""
        url = path + query
        rest = {"act": "verify"} if "acts" in path else {"key": "0.0.0"} if "findings" in path else {}
        answers = []
        there_is = ids[names[0]]
        for own in (there_is, "M-9" if there_is == "M-1" else re.sub("_.*", f"_{UNKNOWN}", there_is)):
            there = url.replace(f"{{{names[0]}}}", own)
            for name, value in rest.items():
                there = there.replace(f"{{{name}}}", value)
            answers.append(stranger.ask(method, there, body_of(path) or ({} if method in ("POST", "PATCH") else None)))
        theirs, nobodys = answers
        assert theirs.status_code == 404, (method, path, theirs.text)
        assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content), path
        assert theirs.headers["content-type"] == "application/problem+json"
        seen += 1
        assert operation["responses"]["404"]
    assert seen > 30


def test_what_is_no_route_or_no_method_is_a_problem_document_too(empty):
    for method, path, status in (("GET", "nothing", 404), ("PUT", "queue", 405)):
        answer = empty.ask(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
