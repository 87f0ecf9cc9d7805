"""A tenant's own version of its policy: written or uploaded, looked at beside what is wrong with it, and published.

Looking writes nothing. An administrator publishes what was looked at and nothing else: the form carries the digest of
the version that its page told about. Whoever the policy binds is told at least fourteen days before.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from pipeline.decisions.announce_policy import announce
from pipeline.decisions.publish_policy import publish as publish_version
from pipeline.model.errors import Conflict, InvalidInput, PipelineError
from pipeline.policies.loader import read_bundle
from pipeline.reads.policy_look import PolicyLook, begin_policy, look_at_policy
from pipeline.reads.policy_versions import read_versions
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.settings.parts import Admin, Context, Editor, Form, Reader, _, page, text
from webhooks.tenancy import WebContext

router = APIRouter(include_in_schema=False)
_PATH = "/settings/policy"


@router.get(_PATH)
def show_form(request: Request, context: Context, who: Reader) -> Response:
    """Show the versions, and the newest one as the text to begin the next with."""
    with context.database.transaction(who.tenant) as tx:
        written = begin_policy(tx)
    return _shown(request, context, who, written=written)


@router.post(_PATH)
def look(request: Request, context: Context, who: Editor, form: Form) -> Response:
    """Say what a text is worth: what is wrong, what it changes, what it moves. Nothing is written."""
    try:
        written = _written(form)
    except InvalidInput as error:
        return _shown(request, context, who, written=text(form, "text"), problem=error)
    return _looked(request, context, who, written)


@router.post(f"{_PATH}/publish")
def publish(request: Request, context: Context, who: Admin, form: Form) -> Response:
    """Publish the version that was looked at: its notice goes out, and it is in force by the notice that arrives."""
    written = text(form, "text")
    try:
        bundle = read_bundle(written, name="policy")
        if bundle.digest != text(form, "seen"):
            raise Conflict("the text was changed after it was looked at: look at it again")
        with context.database.transaction(who.tenant) as tx:
            if publish_version(tx, context.vault, bundle, actor=who.actor):
                announce(tx, context.queue, bundle.id, actor=who.actor)
    except (InvalidInput, Conflict) as error:
        return _looked(request, context, who, written, problem=error)
    return go_to(f"{_PATH}?done=published")


def _written(form: FormData) -> str:
    """Give the file's text where one was chosen, else what was typed."""
    given = form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        return text(form, "text")
    try:
        return given.file.read().decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput("the file cannot be read as text") from None


def _looked(
    request: Request, context: WebContext, who: SignedIn, written: str, *, problem: PipelineError | None = None
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        found = look_at_policy(tx, written, context.law.matrix, keys=context.keys)
    if found.faults and problem is None:
        problem = InvalidInput(_("It is not whole yet: each fault stands beside the text."))
    return _shown(request, context, who, written=written, found=found, problem=problem)


def _shown(
    request: Request,
    context: WebContext,
    who: SignedIn,
    *,
    written: str,
    found: PolicyLook | None = None,
    problem: PipelineError | None = None,
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        versions, _jobs = read_versions(tx)
    values = {"title": _("Policy"), "written": written, "look": found, "versions": versions}
    return page(request, who, "policy.html", values, problem=problem)
