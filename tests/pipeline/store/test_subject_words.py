from __future__ import annotations

from sqlalchemy import text

from pipeline.intake.open_request import Ask, open_request
from pipeline.model.subject import Identifier, IdentifierKind, RequestKind, SubjectDetails
from pipeline.policies.loader import load_bundle, load_law
from pipeline.store.subject_requests import list_acts
from pipeline.store.subject_words import REASONED, note_words, read_words

WHO = SubjectDetails(identifiers=(Identifier(kind=IdentifierKind.EMAIL, value="anna@example.com"),))


def test_words_are_sealed_with_their_request_and_act_and_opened_in_order(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        ask, law = Ask(kind=RequestKind.ACCESS, details=WHO, channel="cli"), load_law().matrix
        made = open_request(tx, ask, bundle=load_bundle("nejix"), matrix=law, keys=keys, actor="cli").request
        for words in ("canary one", "canary two"):
            note_words(tx, made, REASONED, words, keys=keys, actor="cli")
        assert read_words(tx, made.id, REASONED, keys=keys) == ("canary one", "canary two")
        assert read_words(tx, made.id, "opened", keys=keys) == ()
        assert [act.act for act in list_acts(tx, made.id)] == ["opened", REASONED, REASONED]
        rows = tx.connection.execute(text("select sealed, facts from earmark.subject_request_events")).all()
        assert b"canary" not in b"".join(bytes(sealed or b"") for sealed, _ in rows)
        assert "canary" not in str([facts for _, facts in rows])
