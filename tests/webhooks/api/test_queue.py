from __future__ import annotations


def test_what_waits_is_listed_moved_as_it_was_seen_and_looked_for_by_words(program):
    [line] = program.get("queue?state=any")["items"]
    assert line["recording"] == program.recording
    assert "canaryname" not in str(line)
    here = f"queue/{program.recording}/move"
    claimed = program.do(here, {"move": "claim", "version": line["version"]})
    assert (claimed["state"], claimed["assignee"]) == ("claimed", f"key:{program.name}")
    assert program.refused(here, {"move": "release", "version": line["version"]}) == 409
    released = program.do(here, {"move": "release", "version": claimed["version"]})
    assert (released["state"], released["assignee"]) == ("open", None)
    assert program.refused("queue?state=nowhere", method="GET") == 422
    found = program.do("queue/words", {"words": "thanks"})
    assert program.get(f"queue?search={found['id']}")["next"] is None


def test_a_filter_is_kept_listed_and_forgotten_by_the_key_alone(program):
    made = program.do("queue/searches", {"name": "risky", "risk": 60})
    [kept] = program.get("queue/searches")["items"]
    assert (kept["id"], kept["name"], kept["filter"]) == (made["id"], "risky", {"risk": "60"})
    other = program.with_key()
    assert other.get("queue/searches")["items"] == []
    assert other.refused(f"queue/searches/{made['id']}", method="DELETE") == 404
    program.do(f"queue/searches/{made['id']}", method="DELETE")
    assert program.get("queue/searches")["items"] == []
