from __future__ import annotations

from pipeline.store.training_features import (
    DISABLED,
    ENABLED,
    add_feature_record,
    find_feature,
)


def test_the_last_record_says_which_feature_is_switched_on(database, tenant):
    acts = [("greeting", ENABLED), ("greeting", DISABLED), ("routing", ENABLED)]
    found = []
    for feature, act in acts:
        with database.transaction(tenant.id) as tx:
            add_feature_record(tx, feature, act, actor="user:1")
            found.append(find_feature(tx))
    assert found == ["greeting", None, "routing"]


def test_a_tenant_that_never_switched_one_on_has_none(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert find_feature(tx) is None
