"""What a tenant may set for itself: only inside the limits of its policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.policies.bundle import Bundle


def check_retention_days(chosen: Mapping[str, int], versions: Iterable[Bundle]) -> None:
    """Refuse a tenant's own periods that any of the versions does not allow.

    Args:
        chosen: artifact kind to days.
        versions: the one in force, and every one announced.

    Raises:
        InvalidInput: a period is outside a version's limits; the first, by kind and version.
    """
    for version in versions:
        for kind, days in sorted(chosen.items()):
            rule = version.retention[ArtifactKind(kind)]
            most = rule.tenant_max_days
            if days < rule.tenant_min_days or (most is not None and days > most):
                limits = (
                    f"{rule.tenant_min_days} to {most} days" if most is not None else f"{rule.tenant_min_days} or more"
                )
                raise InvalidInput(f"{kind} may be kept {limits} under {version.id} {version.version}, not {days}")
