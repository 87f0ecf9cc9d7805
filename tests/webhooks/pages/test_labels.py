from __future__ import annotations

import pytest

from pipeline.consent.require import ConsentMode
from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.call import LegRole
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.entity import EntityType
from pipeline.model.hold import HoldScope
from pipeline.model.legal import LegalAct, LegalKind, LegalOutcome
from pipeline.model.purge import ItemKind, ItemState
from pipeline.model.retention import Disposition, RetentionBasis
from pipeline.model.settings_draft import DraftState
from pipeline.policies.changes import Effect
from pipeline.reads.health_report import Verdict
from pipeline.reads.policy_preview import MOVES
from webhooks.pages.labels import LABELS, label_of

CODES = {
    "type": EntityType, "artifact": ArtifactKind, "leg": LegRole, "purpose": Purpose, "outcome": Outcome,
    "method": Method, "mode": ConsentMode, "disposition": Disposition, "basis": RetentionBasis, "scope": HoldScope,
    "item": ItemKind, "item_state": ItemState, "draft": DraftState, "verdict": Verdict, "tag": AuditTag,
    "effect": Effect,
}  # fmt: skip


@pytest.mark.parametrize("kind", CODES)
def test_every_code_has_its_words(kind):
    assert {code.value for code in CODES[kind]} <= set(LABELS[kind])


def test_everything_of_a_legal_demand_has_its_words():
    assert {*LegalKind, *LegalAct, *LegalOutcome} <= set(LABELS["legal"])


def test_every_move_of_a_policy_has_its_words():
    assert set(MOVES) == set(LABELS["move"])


def test_a_code_that_is_not_listed_is_shown_as_it_is():
    assert label_of("number", "on the moon") == "on the moon"
    with pytest.raises(KeyError):
        label_of("nothing", "x")
