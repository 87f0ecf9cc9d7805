"""One decision, whole: what was decided of a copy, by which clauses, and what would have to be otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from pipeline.model.decision_terms import SENTENCES, ReasonCode
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId, RecordingId
from pipeline.policies.clause_list import anchor_of, list_clauses
from pipeline.policies.what_if import Change, Matter
from pipeline.reads.what_would_change import explain_decision
from pipeline.store.policy_versions import find_version
from webhooks.pages.render import show
from webhooks.pages.who import SignedIn, allowed
from webhooks.review.shared import ID, Context, Reads, RecordingName

router = APIRouter(prefix="/review", include_in_schema=False)
Anybody = Annotated[SignedIn, Depends(allowed())]
ArtifactName = Annotated[str, Path(pattern=f"^art_{ID}$")]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


CHANGES: Final[Mapping[Change, str]] = {
    Change.SWITCHED_ON: _("the tenant switches it on, for calls to come"),
    Change.NOT_STOPPED: _("the tenant takes its stop of all training back"),
    Change.LEG_KNOWN: _("it had been known who was on the call, and they had agreed"),
    Change.AGREED: _("every person had agreed to it by pressing a key, before the recorder started"),
    Change.NOT_WITHDRAWN: _("nobody had withdrawn a permission"),
    Change.LAW_MET: _("what the law asks had been done for every person, with proof"),
    Change.NO_CHILD: _("there were no sign of a child"),
    Change.NOT_REQUESTED: _("nobody had asked for its deletion"),
    Change.NOT_CLOSED: _("the tenant had not closed its account"),
    Change.NO_HOLD: _("its legal holds are released"),
    Change.REQUEST_ANSWERED: _("the open request of a person is answered"),
    Change.NO_OBJECTION: _("nobody objected to training"),
    Change.TRANSFER_BASIS: _("a basis for its transfer to another region is recorded"),
    Change.REDACTED: _("redaction passes, with a redactor that is new enough and knows the language"),
    Change.NO_RESIDUE: _("nothing sensitive is left in it"),
    Change.SPEAKERS_KNOWN: _("it is proved that only people who agreed are heard"),
    Change.PROVED_COMPANIES: _("a contract in force with the company is put on file"),
    Change.UNTAINTED: _("every company that had it is proved not to train"),
    Change.LIES_ELSEWHERE: _("it lies in another region"),
    Change.WAITED: _("the waiting time after the call is over"),
    Change.NO_LATER_POLICY: _("no later version of the policy had been announced"),
    Change.PARENTS_FREE: _("nothing stood against what it was made from"),
    Change.DEFAULT_PERIOD: _("the tenant had no period of its own"),
}
"""Every change that is tried, as the end of `it would come out otherwise if ...`."""

_MATTERS: Final = {
    "permission": _("Permission"),
    "training": _("Training"),
    "download": _("Download"),
    "region": _("Copies in other regions"),
    "processor": _("Company"),
}
OUTSIDE: Final = frozenset({"jurisdictions", "receipt", "artifact", "hold"})
"""Where clauses are that stand in no policy."""


@router.get("/recordings/{recording}/decisions/{artifact}")
def read_decision(
    request: Request, who: Reads, context: Context, recording: RecordingName, artifact: ArtifactName
) -> Response:
    """Show what was decided of one copy of a recording, and what would change it."""
    with context.database.transaction(who.tenant) as tx:
        found = explain_decision(tx, RecordingId(recording), ArtifactId(artifact))
    values: dict[str, Any] = {
        "title": "",
        "recording": recording,
        "found": found,
        "record": found.record,
        "changes": CHANGES,
        "name_of": _name,
        "why": why,
        "anchor_of": anchor_of,
        "outside": OUTSIDE,
    }
    return show(request, who, "review/decision.html", values)


@router.get("/policy/{digest}")
def read_policy(request: Request, who: Anybody, context: Context, digest: Digest) -> Response:
    """Show a version of the tenant's policy that judges, or once did: every clause, and the rules that stand on it."""
    with context.database.transaction(who.tenant) as tx:
        version = find_version(tx, digest)
    if version is None:
        raise NotFound("the tenant never had that version")
    values = {"title": "", "bundle": version.bundle, "digest": digest, "clauses": list_clauses(version.bundle)}
    return show(request, who, "review/policy_text.html", values)


def why(code: str) -> str:
    """Give the sentence of a reason."""
    return SENTENCES[ReasonCode(code)]


def _name(matter: Matter) -> str:
    return _MATTERS[matter.kind]
