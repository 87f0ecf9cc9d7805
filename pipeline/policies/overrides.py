"""What a tenant may set for itself: only inside the limits of its policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.policies.bundle import Bundle
from pipeline.policies.jurisdictions import JurisdictionMatrix


def check_regulated(places: Sequence[str], evidence: Sequence[str], matrix: JurisdictionMatrix) -> None:
    """Refuse to call a tenant's service regulated where no such law is known, or nothing on file shows it.

    A minimum of law delays the deletion that a person asks for, so it is never taken from a bare statement.

    Args:
        places: where the law is said to order that recordings are kept.
        evidence: lines such as `HU: licence 123`; they are not repeated in a refusal.
        matrix: the law of every place.

    Raises:
        InvalidInput: a place without such a law, twice, or without a line of evidence; a line without a place.
    """
    known = [row.id for row in matrix.regulating()]
    if not set(places) <= set(known) or len(set(places)) != len(places):
        raise InvalidInput(f"a service is regulated in some of: {', '.join(known)}, each once")
    shown = [line.partition(":")[0].strip() for line in evidence if line.partition(":")[2].strip()]
    if len(shown) != len(evidence):
        raise InvalidInput("evidence is written PLACE: what shows it, such as HU: licence 123")
    missing = [place for place in places if place not in shown]
    if missing:
        raise InvalidInput(f"nothing is on file that shows that the service is regulated in {missing[0]}")


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
