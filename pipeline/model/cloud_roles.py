"""What a role may do, read from its policies: no more than it is for, and never past an object's tags.

Enough of IAM's evaluation is here to say what happens to one request: a denial wins, what nothing allows is refused.
Operators of conditions that are not known here never match an allowance and always match a denial.

Source: AWS IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators" (2026-11-28).
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.model.cloud import CloudFinding, listed, statements

_TAG: Final = "s3:ExistingObjectTag/"
_VARIABLE: Final = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role by name, with the policies attached to it, each as IAM has it."""

    name: str
    policies: Sequence[Mapping[str, Any]]
    trust: Mapping[str, Any] = field(default_factory=dict)
    """Who may take it, as IAM has it; empty where nobody asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: an action on a resource, with what a condition may look at (a name that is missing is not there).

    A fact of several values has them between commas.
    """

    action: str
    resource: str
    facts: Mapping[str, str] = field(default_factory=dict)


def is_allowed(role: Role, asked: Asked) -> bool:
    """Say what IAM would say, as far as this role goes."""
    return is_allowed_by(asked, *role.policies)


def is_allowed_by(asked: Asked, *policies: Mapping[str, Any]) -> bool:
    """Say whether something in these policies allows a request, and nothing in them denies it."""
    said = [one["Effect"] for policy in policies for one in statements(policy) if _applies(one, asked)]
    return "Deny" not in said and "Allow" in said


def judge_role(role: Role) -> Iterator[CloudFinding]:
    """Find what no role of an installation may have: every action, or every action of a service."""
    for one in (s for policy in role.policies for s in statements(policy)):
        wide = [action for action in listed(one.get("Action")) if action == "*" or action.endswith(":*")]
        if one.get("Effect") == "Allow" and (wide or "NotAction" in one):
            yield role_finding(role, "least-privilege", f"it allows {', '.join(wide) or 'all but what it names'}")
        if one.get("Effect") == "Allow" and _is_everything(one) and not one.get("Condition"):
            yield role_finding(role, "least-privilege", "it allows something on every resource, without a condition")


def judge_trainer(role: Role) -> Iterator[CloudFinding]:
    """Find where a trainer's role reads what its decision does not let be trained on."""
    yield from _judge_reader(role, "training-eligible", lets="true", never=("false", "TRUE", ""))


def judge_reviewer(role: Role) -> Iterator[CloudFinding]:
    """Find where a reviewer's role reads an original."""
    originals = ("recording.original", "transcript.original", "redaction.manifest", "")
    yield from _judge_reader(role, "kind", lets="recording.redacted", never=originals)


def _judge_reader(role: Role, tag: str, *, lets: str, never: Sequence[str]) -> Iterator[CloudFinding]:
    objects = _objects_of(role)
    if objects is None:
        yield role_finding(role, tag, "it names no tenant whose objects it may read")
        return
    tenant = objects.split("/tenants/")[1].split("/")[0]
    for action in ("s3:GetObject", "s3:GetObjectVersion"):
        for value in never:
            if is_allowed(role, _reading(action, objects, tenant, {tag: value} if value else {})):
                yield role_finding(role, tag, f"{action} opens an object whose tag {tag} is {value or 'not there'}")
        if is_allowed(role, _reading(action, objects, "somebody-else", {tag: lets})):
            yield role_finding(role, "tenant", f"{action} opens an object of another tenant")
    if not is_allowed(role, _reading("s3:GetObject", objects, tenant, {tag: lets})):
        yield role_finding(role, tag, f"it cannot read even what is tagged {tag}={lets}")
    opened = Role(name=role.name, policies=[*role.policies, _ANYTHING])
    if is_allowed(opened, _reading("s3:GetObject", objects, tenant, {tag: never[0]})):
        yield role_finding(role, tag, f"nothing denies {tag}={never[0]}, so another policy could open it")


_ANYTHING: Final = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
"""A policy that somebody attached by mistake."""


def _reading(action: str, resource: str, tenant: str, tags: Mapping[str, str]) -> Asked:
    facts = {f"{_TAG}{name}": value for name, value in {"tenant": tenant, **tags}.items()}
    return Asked(action=action, resource=resource, facts=facts)


def _objects_of(role: Role) -> str | None:
    """Give an object of the one tenant that a reader's role names, as an ARN; None where it names none, or more."""
    named = {
        resource
        for policy in role.policies
        for one in statements(policy)
        for resource in listed(one.get("Resource"))
        if one.get("Effect") == "Allow" and "/tenants/" in resource
    }
    if len(named) != 1 or not re.fullmatch(r"[^*?]+/tenants/[^/*?]+/\*", next(iter(named))):
        return None
    return next(iter(named)).removesuffix("*") + "2026/11/28/rec/recording.redacted/name"


def role_finding(role: Role, rule: str, says: str) -> CloudFinding:
    """Say of a role what is wrong with it."""
    return CloudFinding(place=f"role {role.name}", rule=rule, says=says)


def _applies(one: Mapping[str, Any], asked: Asked) -> bool:
    return (
        any(fnmatch.fnmatchcase(asked.action.lower(), a.lower()) for a in listed(one.get("Action")))
        and any(fnmatch.fnmatchcase(asked.resource, r) for r in _filled(listed(one.get("Resource", "*")), asked))
        and all(
            _holds(kind, name, _filled(listed(wanted), asked), asked, unknown=one["Effect"] == "Deny")
            for kind, tests in one.get("Condition", {}).items()
            for name, wanted in tests.items()
        )
    )


def _filled(texts: list[str], asked: Asked) -> list[str]:
    """Put values for the variables in parts of a policy; a part that has a variable without a value matches nothing."""
    known = [text for text in texts if all(name in asked.facts for name in _VARIABLE.findall(text))]
    return [_VARIABLE.sub(lambda found: asked.facts[found[1]], text) for text in known]


def _holds(kind: str, name: str, wanted: list[str], asked: Asked, *, unknown: bool) -> bool:
    """Say whether one condition holds. Where its name is not there, a negated test holds and a plain one does not."""
    found = asked.facts.get(name)
    if kind == "Null":
        return (found is None) == (wanted == ["true"])
    if kind in ("StringEquals", "StringLike", "Bool", "ArnLike"):
        return found is not None and any(
            fnmatch.fnmatchcase(found, w) if "Like" in kind else found == w for w in wanted
        )
    if kind == "StringEqualsIfExists":
        return found is None or found in wanted
    if kind == "ForAllValues:StringEquals":
        return found is None or set(found.split(",")) <= set(wanted)
    if kind in ("StringNotEquals", "StringNotEqualsIfExists"):
        return found not in wanted
    return unknown


def _is_everything(one: Mapping[str, Any]) -> bool:
    return "*" in listed(one.get("Resource")) or "NotResource" in one
