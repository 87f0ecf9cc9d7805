"""Make the people of a recording findable: digests of its entities and of its call's numbers, and nothing readable.

Run again after a newer detector or a change of the rules, it gives the same terms for the same words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.call import LegRole
from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.model.subject import IdentifierKind, Whose
from pipeline.model.tenant import Tenant
from pipeline.model.transcript import Turn
from pipeline.redaction.exact_form import country_of
from pipeline.redaction.manifest import Entry, Manifest
from pipeline.redaction.person_terms import KIND_OF, index_key, number_terms, said_terms
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.detect import read_conversation
from pipeline.store.artifacts import find_artifact
from pipeline.store.audit import add_event
from pipeline.store.blind_terms import BlindTerm, replace_terms
from pipeline.store.calls import list_legs, number_ref, read_numbers
from pipeline.store.numbers import list_number_refs
from pipeline.store.recordings import list_recordings
from pipeline.store.session import Transaction

_ACTOR: Final = "system"
_PEOPLE: Final = frozenset({LegRole.CALLER.value, LegRole.CALLEE.value})


def index_people(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Put a recording's terms, and those of its call's numbers, in the place of what the index had of them.

    Returns:
        How many terms there are of each.
    """
    found, owner = context.read(tenant, recording)
    terms = tuple(_said(context, found, owner))
    with context.vault.database.transaction(tenant) as tx:
        said = replace_terms(tx, recording, terms)
        dialled = 0 if found.call is None else index_call(context, tx, found.call)
    return {"said": said, "dialled": dialled}


def index_call(context: StepContext, tx: Transaction, call: CallId) -> int:
    """Index the numbers of a call's people; the tenant's own are nobody's."""
    keys = context.vault.keys
    key, ours = index_key(keys.digest_key(tx.tenant)), list_number_refs(tx)
    numbers = set(read_numbers(tx, call, keys=keys).values())
    people = [n for n in numbers if n and number_ref(n, keys=keys, tenant=tx.tenant) not in ours]
    terms = [
        BlindTerm(term=term, kind=IdentifierKind.NUMBER, whose=Whose.OWN, call=call, recording=None)
        for number in people
        for term in number_terms(number, key=key)
    ]
    return replace_terms(tx, call, terms)


def reindex(context: StepContext, tenant: TenantId, *, actor: str = _ACTOR) -> Receipt:
    """Build the tenant's index anew, recording by recording; what cannot be read any more has no terms.

    Returns:
        How many recordings were gone through, and how many terms there are now of what was said.
    """
    with context.vault.database.transaction(tenant) as tx:
        recordings = list_recordings(tx)
    said = sum(int(index_people(context, tenant, found.id)["said"]) for found in recordings)
    receipt = {"recordings": len(recordings), "said": said}
    with context.vault.database.transaction(tenant) as tx:
        add_event(tx, AuditTag.SUBJECT_INDEXED, actor=actor, target=tenant, facts=receipt)
    return receipt


def _said(context: StepContext, recording: Recording, owner: Tenant) -> Iterator[BlindTerm]:
    with context.vault.database.transaction(recording.tenant) as tx:
        made = find_artifact(tx, recording.id, ArtifactKind.REDACTION_MANIFEST)
        source = find_artifact(tx, recording.id, ArtifactKind.TRANSCRIPT_ORIGINAL)
        legs = () if recording.call is None else list_legs(tx, recording.call)
    if made is None or source is None:
        return
    try:
        manifest = Manifest.from_json(context.vault.read(made))
        conversation, speakers = read_conversation(context, recording, owner)
    except NotFound:
        return
    key = index_key(context.vault.keys.digest_key(recording.tenant))
    turns = {turn.index: turn for turn in conversation.turns}
    for entry in manifest.entries:
        turn = turns.get(entry.turn)
        if turn is None or entry.type not in KIND_OF:
            continue
        said = turn.text[entry.span.start : entry.span.end]
        country = country_of(place for leg in legs if leg.role.value == turn.speaker for place in leg.candidates)
        for term in said_terms(entry.type, said, key=key, country=country):
            yield BlindTerm(
                term=term,
                kind=KIND_OF[entry.type],
                whose=_whose(entry, turn, is_known=speakers.is_known),
                call=recording.call,
                recording=recording.id,
                artifact=source.id,
            )


def _whose(entry: Entry, turn: Turn, *, is_known: bool) -> Whose:
    """Take for a person's own what they answer a question about themselves with, on a channel that is known theirs."""
    is_answer = any(evidence.slot is not None for evidence in entry.evidence)
    return Whose.OWN if is_known and is_answer and turn.speaker in _PEOPLE else Whose.OTHERS
