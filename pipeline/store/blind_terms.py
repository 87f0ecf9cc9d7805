"""The keyed index of who is named in which call: digests only, removed with what they were made from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Text, any_, delete, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from pipeline.model.ids import CallId, RecordingId
from pipeline.model.subject import Identifier, IdentifierKind, PersonMatch, Strength, Whose
from pipeline.redaction.person_terms import PROVABLE, exact_terms, wanted_terms
from pipeline.store.session import Transaction
from pipeline.store.tables_subjects import blind_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindTerm:
    """One keyed digest with where it was found. Without a recording it stands for the call itself."""

    term: str = field(repr=False)
    kind: IdentifierKind
    whose: Whose
    call: CallId | None
    recording: RecordingId | None
    artifact: str | None = None

    @property
    def source(self) -> str:
        """Give the id of what it was found in."""
        return self.artifact or self.recording or self.call or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One identifier as it is looked for.

    Any of `sure` names the person; so do all of `together` in one place; anything else of `together`, and any of
    `maybe`, only might. Where somebody says it of themselves, only `exact` of it is surely them.
    """

    kind: IdentifierKind
    sure: frozenset[str] = field(default=frozenset(), repr=False)
    together: frozenset[str] = field(default=frozenset(), repr=False)
    maybe: frozenset[str] = field(default=frozenset(), repr=False)
    exact: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def all_terms(self) -> frozenset[str]:
        """Give every digest that is worth looking at."""
        return self.sure | self.together | self.maybe

    def only(self, terms: frozenset[str]) -> Wanted:
        """Keep what was shown to be the person's own; without it nothing is sure, and nothing is looked for."""
        if self.sure and self.sure <= terms:
            return self
        return Wanted(kind=self.kind, sure=self.sure & terms, exact=self.exact & terms)

    def strength(self, found: Collection[str], *, is_own: bool = False) -> Strength | None:
        """Say how surely digests that were found in one place name the person; None where they do not at all."""
        seen = set(found)
        if (self.exact if is_own else self.sure) & seen or (len(self.together) > 1 and self.together <= seen):
            return Strength.STRONG
        return Strength.POSSIBLE if seen & self.all_terms else None


def want(sought: Iterable[Identifier], *, key: bytes) -> tuple[Wanted, ...]:
    """Prepare what a person is looked for by, under the key of the tenant's index.

    Raises:
        InvalidInput: something that nobody could be found by.
    """
    return tuple(_want(one, key=key) for one in sought)


def replace_terms(tx: Transaction, source: RecordingId | CallId, terms: Iterable[BlindTerm]) -> int:
    """Put the terms of a recording, or of a call itself, in the place of those it had; give how many there are."""
    is_it = or_(blind_terms.c.recording_id == source, blind_terms.c.source_id == source)
    tx.connection.execute(delete(blind_terms).where(blind_terms.c.tenant == tx.tenant, is_it))
    rows = {(t.term, t.source, t.whose): _row(tx, t) for t in terms}
    if rows:
        tx.connection.execute(insert(blind_terms).on_conflict_do_nothing(), list(rows.values()))
    return len(rows)


def forget_terms_of_call(tx: Transaction, call: CallId) -> None:
    """Remove what a call itself is found by, when its numbers are destroyed; its recordings' terms go with them."""
    tx.connection.execute(delete(blind_terms).where(blind_terms.c.tenant == tx.tenant, blind_terms.c.source_id == call))


def find_person(tx: Transaction, wanted: Sequence[Wanted]) -> tuple[PersonMatch, ...]:
    """Find a person over all calls of the tenant, also where others speak of them; own and sure ones first.

    A call that is found by itself, such as by its number, stands for each of its recordings.
    """
    terms = sorted({term for w in wanted for term in w.all_terms})
    if not terms:
        return ()
    rows = tx.connection.execute(
        select(blind_terms)
        .where(blind_terms.c.tenant == tx.tenant, blind_terms.c.term == any_(literal(terms, ARRAY(Text))))
        .order_by(blind_terms.c.call_id, blind_terms.c.recording_id)
    ).all()
    places = groupby(rows, key=lambda r: (r.call_id, r.recording_id))
    found = [_match(call, recording, list(group), wanted) for (call, recording), group in places]
    return tuple(sorted(found, key=lambda m: (m.whose != Whose.OWN, m.strength != Strength.STRONG)))


def list_terms_of(tx: Transaction, *, recording: RecordingId | None, call: CallId | None) -> tuple[str, ...]:
    """List the terms of a recording together with those of its call."""
    scope = [blind_terms.c.recording_id == recording] if recording is not None else []
    scope += [blind_terms.c.source_id == call] if call is not None else []
    if not scope:
        return ()
    query = select(blind_terms.c.term).distinct().where(blind_terms.c.tenant == tx.tenant, or_(*scope))
    return tuple(sorted(tx.connection.execute(query).scalars()))


def _want(one: Identifier, *, key: bytes) -> Wanted:
    sure, together, maybe = wanted_terms(one, key=key)
    exact = exact_terms(one, key=key) if one.kind in PROVABLE else sure
    return Wanted(kind=one.kind, sure=sure | exact, together=together, maybe=maybe, exact=exact)


def _match(call: str | None, recording: str | None, rows: list[Any], wanted: Sequence[Wanted]) -> PersonMatch:
    """Judge one place: what the person said or was reached at weighs more than what others said of them."""
    own = _told({row.term for row in rows if row.whose == Whose.OWN.value}, wanted, is_own=True)
    told = _told({row.term for row in rows}, wanted)
    is_own = Strength.STRONG in own.values() or (bool(own) and Strength.STRONG not in told.values())
    shown = own if is_own else told
    return PersonMatch(
        call=CallId(call) if call else None,
        recording=RecordingId(recording) if recording else None,
        whose=Whose.OWN if is_own else Whose.OTHERS,
        strength=Strength.STRONG if Strength.STRONG in shown.values() else Strength.POSSIBLE,
        kinds=tuple(sorted(shown)),
    )


def _told(terms: set[str], wanted: Sequence[Wanted], *, is_own: bool = False) -> dict[IdentifierKind, Strength]:
    told: dict[IdentifierKind, Strength] = {}
    for one in wanted:
        strength = one.strength(terms, is_own=is_own)
        if strength is not None and told.get(one.kind) is not Strength.STRONG:
            told[one.kind] = strength
    return told


def _row(tx: Transaction, term: BlindTerm) -> dict[str, Any]:
    return {
        "tenant": tx.tenant,
        "term": term.term,
        "kind": term.kind.value,
        "whose": term.whose.value,
        "source_id": term.source,
        "recording_id": term.recording,
        "call_id": term.call,
        "artifact_id": term.artifact,
    }
