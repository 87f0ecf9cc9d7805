"""Samples whose two readers differ, for a third person who never had them."""

from __future__ import annotations

from pipeline.model.errors import IllegalTransition, NotPermitted
from pipeline.model.quality import Findings
from pipeline.ports.keys import Keys
from pipeline.store.quality_readings import has_had, list_readings_of, open_findings
from pipeline.store.quality_samples import DISPUTED, Sample, get_sample
from pipeline.store.session import Transaction


def read_dispute(
    tx: Transaction, sample: str, actor: str, *, keys: Keys, is_locked: bool = False
) -> tuple[Sample, tuple[Findings, Findings]]:
    """Open what two readers found, for somebody who is to settle it.

    Raises:
        NotFound: no such sample.
        NotPermitted: the actor had this call to read.
        IllegalTransition: nothing is disputed.
    """
    found = get_sample(tx, sample, is_locked=is_locked)
    if has_had(tx, sample, actor):
        raise NotPermitted("who read a call does not settle what its readers differ in")
    done = list_readings_of(tx, sample)
    if found.state != DISPUTED or len(done) != 2:
        raise IllegalTransition("nothing is disputed")
    return found, (open_findings(tx, done[0].id, keys=keys), open_findings(tx, done[1].id, keys=keys))
