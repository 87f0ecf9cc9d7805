from __future__ import annotations


def test_a_version_is_listed_and_signed_off_or_withheld_as_it_was_seen(program):
    [first] = program.get(program.at("versions"))["items"]
    assert first["number"] == 1
    assert program.refused(program.at("approve"), {"version": 2}) == 409
    done = program.do(program.at("approve"), {"version": 1})
    assert (done["outcome"], done["actor"]) == ("approved", f"key:{program.name}")
    assert [one["outcome"] for one in program.get(program.at("outcomes"))["items"]] == ["approved"]
    assert program.refused(program.at("reject"), {"version": 1, "code": "nonsense"}) == 422
    rejected = program.do(program.at("reject"), {"version": 1, "code": "leaks", "reason": "canary"})
    assert (rejected["outcome"], rejected["code"], "canary" in str(rejected)) == ("rejected", "leaks", False)


def test_versions_that_do_not_exist_are_not_compared(program):
    assert program.refused(program.at("versions/differences?old=1&new=2"), method="GET") == 404
    assert program.get(program.at("versions/differences?old=1&new=1")) == {"items": [], "next": None}
    assert program.refused(program.at("versions/differences?old=0&new=1"), method="GET") == 422
