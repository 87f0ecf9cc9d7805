"""Other versions of the packaged policies, each a little different, to be announced after them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pipeline.policies.bundle import Bundle
from pipeline.policies.loader import load_bundle
from pipeline.policies.processors import RELAY
from pipeline.policies.versions import PolicyShelf, PolicyVersion

NEXT = "2027-06-01.1"
FIRST_DAY = date(2027, 7, 1)


def variant(
    policy: str | Bundle = "nejix",
    changes: Mapping[str, Any] | None = None,
    *,
    version: str = NEXT,
    effective: date = FIRST_DAY,
    notice_days: int = 20,
) -> Bundle:
    """The next version of a policy with leaves changed by their path (`training.cool_off_days`), None to drop one."""
    before = load_bundle(policy) if isinstance(policy, str) else policy
    document = json.loads(before.model_dump_json())
    document |= {"version": version, "replaces": before.version}
    notified = (effective - timedelta(days=notice_days)).isoformat()
    for name, day in (("published", notified), ("notified", notified), ("effective", effective.isoformat())):
        document[name]["day"] = day
    for path, value in (changes or {}).items():
        *parents, last = path.split("/")
        at = document
        for name in parents:
            at = at[int(name)] if isinstance(at, list) else at[name]
        if isinstance(at, list):
            at[int(last)] = value
        else:
            at[last] = value
    return Bundle.model_validate(document)


def without_company(policy: str, name: str, **more: Any) -> Bundle:
    """The next version, with a company struck off its list."""
    listed = json.loads(load_bundle(policy).model_dump_json())["processors"]["listed"]
    return variant(policy, {"processors/listed": [p for p in listed if p["name"] != name]}, **more)


def listing_relay(policy: str) -> Bundle:
    """A policy of a tenant's own, in force from the day of the packaged one, that lists who hears and speaks."""
    before = load_bundle(policy)
    named = {ask.name for ask in RELAY}
    packaged = {p["name"]: p for p in json.loads(before.model_dump_json())["processors"]["listed"]}
    listed = [entry for name, entry in packaged.items() if name not in named]
    for ask in RELAY:
        more = {"name": ask.name, "purposes": ["hosting", ask.purpose], "regions": ["us"]}
        listed.append(packaged.get(ask.name, packaged["twilio"]) | more)
    return variant(policy, {"processors/listed": listed}, effective=before.effective.day)


def shelf_of(*bundles: Bundle, announced: date | None = None, in_force: date | None = None) -> PolicyShelf:
    """A tenant's versions: the first from its own day on, the rest announced and in force as told, or as they say."""
    first, *rest = bundles
    begun = PolicyVersion(
        bundle=first, digest=first.digest, announced_on=first.effective.day, in_force_from=first.effective.day
    )
    later = (
        PolicyVersion(
            bundle=b,
            digest=b.digest,
            announced_on=announced or b.notified.day,
            in_force_from=in_force or b.effective.day,
        )
        for b in rest
    )
    return PolicyShelf(versions=(begun, *later))
