from __future__ import annotations

import pytest

from pipeline.vendors.s3 import S3Artifacts
from pipeline.vendors.s3_lifecycle import RULES, delete_only_what_is_due
from tests.seaweedfs import serve_seaweedfs

EVERYTHING = {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}}


def test_our_rules_delete_only_what_is_due():
    assert delete_only_what_is_due(RULES)


@pytest.mark.parametrize(
    "more",
    [
        {"Expiration": {"Days": 90}},
        {"Expiration": {"Date": "2027-01-01"}},
        {"NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
        {"Expiration": {"Days": 1}, "Filter": {"Tag": {"Key": "disposition", "Value": "keep"}}},
    ],
)
def test_a_rule_that_deletes_anything_else_is_seen_unless_it_is_off(more):
    assert not delete_only_what_is_due([*RULES, EVERYTHING | more])
    assert delete_only_what_is_due([*RULES, EVERYTHING | more | {"Status": "Disabled"}])


def test_a_bucket_that_we_make_has_the_rules_as_read_back(tmp_path):
    with serve_seaweedfs(tmp_path) as settings:
        client = S3Artifacts(settings)._client
        kept = client.get_bucket_lifecycle_configuration(Bucket=settings.bucket)["Rules"]
    assert sorted(rule["ID"] for rule in kept) == sorted(rule["ID"] for rule in RULES)
    [due] = [rule for rule in kept if rule["ID"] == "due"]
    assert (due["Filter"], due["NoncurrentVersionExpiration"]) == (
        {"Tag": {"Key": "disposition", "Value": "due"}},
        {"NoncurrentDays": 1},
    )
    assert delete_only_what_is_due(kept)
