from __future__ import annotations

from datetime import date

from pipeline.policies.loader import load_bundle
from pipeline.store.policy_versions import add_version, keep_first
from tests.pipeline.policies.variants import variant

BUNDLE = load_bundle("nejix")
NARROWER = variant(BUNDLE, {"download/kinds": ["export"]}, version="2027-01", effective=date(2027, 1, 1))


def test_versions_what_an_announced_one_moves_and_who_receives_data(empty):
    [version] = empty.get("policy/versions")["items"]
    assert (version["policy"], version["is_in_force"]) == ("nejix", True)
    assert empty.refused(f"policy/versions/{version['version']}/preview", method="GET") == 404  # it is the first
    with empty.tx() as tx:
        keep_first(tx, BUNDLE)
        add_version(tx, NARROWER, notice_days=30, actor="test")
    announced = next(one for one in empty.get("policy/versions")["items"] if one["is_announced"])
    assert (announced["version"], announced["changes"] != []) == ("2027-01", True)
    assert empty.get("policy/versions/2027-01/preview") == {"looked_at": {}, "moved": [], "is_whole": True}
    assert empty.refused("policy/versions/none/preview", method="GET") == 404
    assert "twilio" in {one["name"] for one in empty.get("sub-processors")["items"]}


def test_a_version_is_begun_and_checked_before_a_person_publishes_it(empty):
    begun = empty.get("policy/next")["document"]
    looked = empty.do("policy/check", {"document": begun})
    assert (looked["faults"], looked["changes"], looked["is_publishable"]) == ([], [], False)
    assert "nobody could be told" in looked["refusals"][0]
    [fault] = empty.do("policy/check", {"document": "- a"})["faults"]
    assert fault == {"path": "", "line": 0, "says": "a mapping is expected at the top"}
    assert len(empty.get("policy/versions")["items"]) == 1
