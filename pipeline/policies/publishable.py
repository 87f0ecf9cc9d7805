"""Whether a version of a policy may be published to a tenant, each reason against it, and the text one begins with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import yaml

from pipeline.model.errors import Conflict, InvalidInput, PipelineError
from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle
from pipeline.policies.versions import PolicyShelf, notice_days


def is_published(shelf: PolicyShelf, bundle: Bundle) -> bool:
    """Say whether the very same version is there.

    Raises:
        Conflict: there is another version of this name; a version is never changed.
    """
    same = next((v for v in shelf.versions if v.bundle.version == bundle.version and v.bundle.id == bundle.id), None)
    if same is not None and same.digest != bundle.digest:
        raise Conflict(f"{bundle.id} {bundle.version} is published with other contents: a version is never changed")
    return same is not None


def refusals_of(owner: Tenant, shelf: PolicyShelf, bundle: Bundle, *, today: date) -> Iterator[PipelineError]:
    """Give every reason why a version is not published, as the error that it is refused with; none: it may be.

    Args:
        owner: whose policy it would be.
        shelf: the versions that there are.
        bundle: the version.
        today: the day on which it would be announced.
    """
    try:
        if is_published(shelf, bundle):
            return
    except Conflict as error:
        yield error
    newest = shelf.newest.bundle.version
    if bundle.id != owner.policy_id:
        yield InvalidInput(f"{owner.id} is under {owner.policy_id}, not {bundle.id}")
    if bundle.replaces != newest:
        yield InvalidInput(f"replaces must name the newest version, {newest}")
    days, told_on = notice_days(shelf, bundle), max(today, bundle.notified.day)
    if (bundle.effective.day - told_on).days < days:
        yield InvalidInput(
            f"effective {bundle.effective.day}: it may take effect {days} days after {told_on} at the earliest"
        )
    if not owner.secrets.contact_email and not owner.secrets.notice_url:
        yield InvalidInput("nobody could be told: earmark tenant set --contact-email or --notice-url")


def begin_next(shelf: PolicyShelf, *, today: date) -> str:
    """Write the newest version as YAML, with the name and the days that the next one may have: what one edits."""
    newest = shelf.newest.bundle
    document = newest.model_dump(mode="json", exclude_defaults=True)
    effective = today + timedelta(days=notice_days(shelf, newest))
    document |= {"version": _free_name(shelf, today), "replaces": newest.version}
    for name, day in (("published", today), ("notified", today), ("effective", effective)):
        document[name] = {**document[name], "day": day.isoformat()}
    order = {name: document[name] for name in type(newest).model_fields if name in document}
    return yaml.safe_dump(order, sort_keys=False, allow_unicode=True, width=100)


def _free_name(shelf: PolicyShelf, today: date) -> str:
    taken = {version.bundle.version for version in shelf.versions}
    names = (f"{today.isoformat()}.{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
