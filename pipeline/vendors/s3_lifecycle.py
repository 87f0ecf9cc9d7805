"""What a bucket deletes by itself: only what is tagged as due, should the nightly run stay away for long.

S3 counts days from an object's creation and compares no dates, so no rule here says how long anything is kept: that is
decided artifact by artifact, and written to the object as the tag `disposition`. In a bucket with versions an
expiration only puts a delete marker, so versions that are no longer current, and markers that stand alone, have rules
of their own. Object lock outweighs all of them: what is held or locked stays.

Source: Amazon S3 user guide, "Lifecycle configuration elements" (read 2026-11-28).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import LifecycleRuleTypeDef

_IS_DUE: Final = {"Key": "disposition", "Value": "due"}

RULES: Final[Sequence[LifecycleRuleTypeDef]] = (
    {
        "ID": "due",
        "Status": "Enabled",
        "Filter": {"Tag": {"Key": "disposition", "Value": "due"}},
        "Expiration": {"Days": 1},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    },
    {
        "ID": "lone-markers",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"ExpiredObjectDeleteMarker": True},
    },
    {
        "ID": "unfinished-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    },
)


def delete_only_what_is_due(rules: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether no enabled rule of a bucket destroys bytes of an object that is not tagged as due.

    Args:
        rules: as a server gives them.
    """
    return not any(_destroys(rule) and rule.get("Filter", {}).get("Tag") != _IS_DUE for rule in rules)


def _destroys(rule: Mapping[str, Any]) -> bool:
    expiration = rule.get("Expiration", {})
    return rule["Status"] == "Enabled" and (
        "NoncurrentVersionExpiration" in rule or "Days" in expiration or "Date" in expiration
    )
