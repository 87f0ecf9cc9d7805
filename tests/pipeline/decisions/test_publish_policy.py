from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.decisions.publish_policy import publish
from pipeline.decisions.tenants import change_settings
from pipeline.model.errors import Conflict, InvalidInput
from pipeline.policies.loader import load_bundle
from pipeline.store.policy_versions import find_policies
from pipeline.store.tenants import change_tenant
from tests.pipeline.policies.variants import variant


@pytest.fixture
def told(line):
    """A tenant that can be told of changes."""
    with line.tx() as tx:
        secrets = replace(line.owner.secrets, contact_email="legal@acme.example")
        change_tenant(tx, replace(line.owner, secrets=secrets), keys=line.context.vault.keys, actor="test", changed=[])
    return line


def in_days(line, days: int, changes: dict | None = None, **more):
    with line.tx() as tx:
        return variant(more.pop("policy", "nejix"), changes, effective=tx.now.date() + timedelta(days=days), **more)


def published(line, bundle) -> bool:
    with line.tx() as tx:
        return publish(tx, line.context.vault, bundle, actor="cli")


def versions(line) -> list[str]:
    with line.tx() as tx:
        shelf = find_policies(tx, "nejix")
        return [v.bundle.version for v in shelf.versions] if shelf else []


def test_a_version_is_announced_and_the_packaged_one_is_the_first(told):
    later = in_days(told, 20)
    assert published(told, later)
    assert versions(told) == [load_bundle("nejix").version, later.version]
    [event] = told.events("policy:version:published")
    assert (event["version"], event["digest"], event["notice_days"]) == (later.version, later.digest, 14)


def test_the_very_same_version_again_is_no_news(told):
    later = in_days(told, 20)
    assert [published(told, later), published(told, later)] == [True, False]
    assert len(told.events("policy:version:published")) == 1


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
@pytest.mark.clause("connekz", "8", "Continued use after changes means you accept")
@pytest.mark.acceptance(13)
@pytest.mark.parametrize(
    ("days", "changes"), [(13, {}), (0, {}), (13, {"change/notice_days": 5}), (29, {"change/notice_days": 30})]
)
def test_a_version_with_too_short_a_notice_is_refused_whatever_it_says_itself(told, days, changes):
    later = in_days(told, days, changes, notice_days=40)
    with pytest.raises(InvalidInput, match="at the earliest"):
        published(told, later)
    assert versions(told) == []


def test_a_notice_that_is_to_go_out_later_counts_from_then(told):
    with pytest.raises(InvalidInput, match="at the earliest"):
        published(told, in_days(told, 30, {"change/notice_days": 10}, notice_days=12))


def test_a_version_that_takes_effect_in_fourteen_days_is_in_time(told):
    assert published(told, in_days(told, 14, notice_days=14))


def test_a_version_is_never_changed(told):
    published(told, in_days(told, 20))
    with pytest.raises(Conflict, match="never changed"):
        published(told, in_days(told, 20, {"training/cool_off_days": 60}))


def test_a_version_replaces_the_newest_and_no_other(told):
    second = in_days(told, 20)
    published(told, second)
    with pytest.raises(InvalidInput, match=f"must name the newest version, {second.version}"):
        published(told, in_days(told, 30, version="third"))
    assert published(told, in_days(told, 30, policy=second, version="third"))


def test_another_policy_is_refused(told):
    with pytest.raises(InvalidInput, match="acme is under nejix, not connekz"):
        published(told, in_days(told, 20, policy="connekz"))


def test_where_nobody_could_be_told_nothing_is_published(line):
    with pytest.raises(InvalidInput, match="nobody could be told"):
        published(line, in_days(line, 20))
    assert versions(line) == []


def test_a_period_of_the_tenants_own_stays_inside_every_version_that_binds_or_will(told):
    vault, owner = told.context.vault, told.owner

    def keep(days: int):
        def change(found):
            return replace(found, settings=replace(found.settings, retention_days={"recording.original": days}))

        return change_settings(vault, owner.id, change, actor="cli").settings.retention_days

    assert keep(365) == {"recording.original": 365}
    with pytest.raises(InvalidInput, match="1 to 365 days"):
        keep(366)
    published(told, in_days(told, 20, {"retention/recording.original/tenant_max_days": 100}))
    with pytest.raises(InvalidInput, match="1 to 100 days"):
        keep(200)
    assert keep(100) == {"recording.original": 100}
