"""The versions of a tenant's policy for whoever must know which is in force, what is announced, and what that moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.model.errors import NotFound
from pipeline.policies.bundle import Bundle
from pipeline.policies.jurisdictions import JurisdictionMatrix
from pipeline.policies.notice_text import changes_of
from pipeline.policies.versions import PolicyShelf, PolicyVersion
from pipeline.reads.policy_preview import MOVES, preview_policy
from pipeline.store.policy_versions import NoticeDelivery, list_notices, policies_of
from pipeline.store.redecisions import Redecision, list_redecisions
from pipeline.store.session import Transaction
from pipeline.store.tenants import policy_of

_MOST_PREVIEWED: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVersion:
    """One version. `changes` are against the one before; empty for the first."""

    version: PolicyVersion
    is_in_force: bool
    is_announced: bool
    """Published, and its first day is still to come, or its notice has not arrived."""
    notices: tuple[NoticeDelivery, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How many artifacts of a kind an announced version moves in one way, with some of them."""

    kind: str
    move: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPreview:
    """What a version moves of what was looked at. `is_whole` False: there is more than somebody can wait for."""

    looked_at: Mapping[str, int]
    moved: tuple[Moved, ...]
    is_whole: bool


def read_versions(tx: Transaction) -> tuple[tuple[ShownVersion, ...], tuple[Redecision, ...]]:
    """List the versions of the tenant's policy, the newest first, and how far judging everything again is."""
    policy = policy_of(tx)
    shelf, notices, today = policies_of(tx, policy), list_notices(tx, policy), tx.now.date()
    shown = []
    for at, version in enumerate(shelf.versions):
        before = shelf.versions[at - 1].bundle if at else None
        begins = version.in_force_from
        shown.append(
            ShownVersion(
                version=version,
                is_in_force=version is shelf.in_force_on(today),
                is_announced=begins is None or begins > today,
                notices=tuple(one for one in notices if one.version == version.bundle.version),
                changes=changes_of(before, version.bundle) if before else (),
            )
        )
    return tuple(reversed(shown)), tuple(list_redecisions(tx))


def preview_version(
    tx: Transaction, name: str, matrix: JurisdictionMatrix, *, most: int = _MOST_PREVIEWED
) -> VersionPreview:
    """Count what an announced version moves, against those before it; nothing is written.

    Raises:
        NotFound: the tenant has no version of that name after its first.
    """
    versions = policies_of(tx, policy_of(tx)).versions
    at = next((n for n, one in enumerate(versions) if one.bundle.version == name), 0)
    if at == 0:
        raise NotFound("no such version comes after another")
    return preview_bundle(tx, PolicyShelf(versions=versions[:at]), versions[at].bundle, matrix, most=most)


def preview_bundle(
    tx: Transaction, before: PolicyShelf, bundle: Bundle, matrix: JurisdictionMatrix, *, most: int = _MOST_PREVIEWED
) -> VersionPreview:
    """Count what a version moves, announced or not, against those before it; nothing is written."""
    found = preview_policy(tx, before, bundle, matrix, most=most)
    moved = tuple(
        Moved(kind=kind, move=move, count=found.counts[kind, move], examples=found.examples[kind, move])
        for kind in sorted(found.artifacts)
        for move in MOVES
        if (kind, move) in found.counts
    )
    return VersionPreview(looked_at=found.artifacts, moved=moved, is_whole=sum(found.artifacts.values()) < most)
