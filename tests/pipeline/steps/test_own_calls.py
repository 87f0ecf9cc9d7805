from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.model.call import LegRole
from pipeline.model.entity import EntityType
from pipeline.model.ids import CallId, RecordingId
from pipeline.model.subject import PersonMatch, RequestKind, Strength, Whose
from pipeline.redaction.person_terms import index_key, said_terms
from pipeline.steps.own_calls import read_own_calls
from pipeline.store.recordings import merge_facts
from pipeline.store.subject_person import find_requester, own_call_ids
from tests.pipeline.steps.asking import WHOLE, asked


def read(line, request):
    with line.tx() as tx:
        calls = own_call_ids(find_requester(tx, request, keys=line.context.vault.keys))
    return list(read_own_calls(line.context, line.owner, request, calls))


def proved(line, request, type, said):
    """The same request, with something that was said shown to be the requester's own too."""
    key = index_key(line.context.vault.keys.digest_key(line.owner.id))
    return replace(request, verified_terms=(*request.verified_terms, *said_terms(type, said, key=key)))


def test_only_what_is_shown_to_be_theirs_is_shown_to_them(line):
    line.through(line.record(), *WHOLE)
    request = asked(line, RequestKind.ACCESS)
    (plain,), (named,) = read(line, request), read(line, proved(line, request, EntityType.PERSON, "canaryname"))
    assert plain.role is LegRole.CALLER
    assert "canaryname" not in json.dumps(plain.copies[0].transcript)
    shown = json.dumps(named.copies[0].transcript)
    assert "canaryname" in shown
    assert "5551234" not in shown
    assert plain.copies[0].audio == named.copies[0].audio


def test_where_the_channel_is_not_known_nothing_is_shown(line):
    from tests.pipeline.workflows.house_of_fakes import Log, ScriptedTranscriber

    class Mumbles(ScriptedTranscriber):
        """Hears no notice anywhere, so nobody knows who is who."""

        def transcribe(self, audio, *, language):
            heard = super().transcribe(audio, language=language)
            return replace(heard, channels=(heard.channels[0], ()))

    line = line.with_parts(transcribers={"local": Mumbles(Log(line.folder / "vendor.log"))})
    line.through(line.record(), *WHOLE[:-1])
    request = proved(line, asked(line, RequestKind.ACCESS), EntityType.PERSON, "canaryname")
    (own,) = read(line, request)
    assert "canaryname" not in json.dumps(own.copies[0].transcript)


def test_what_was_not_proved_is_withheld(line):
    recording = line.through(line.record(), *WHOLE)
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"is_redaction_proved": False})
    (own,) = read(line, asked(line, RequestKind.ACCESS))
    assert (own.copies[0].withheld, own.copies[0].audio, own.copies[0].transcript) == ("not_redacted", None, None)


@pytest.mark.parametrize(
    ("whose", "strength", "is_own"),
    [
        (Whose.OWN, Strength.STRONG, True),
        (Whose.OWN, Strength.POSSIBLE, False),
        (Whose.OTHERS, Strength.STRONG, False),
    ],
)
def test_only_what_is_surely_their_own_is_their_own(whose, strength, is_own):
    match = PersonMatch(call=CallId("call_1"), recording=RecordingId("rec_1"), whose=whose, strength=strength, kinds=())
    assert own_call_ids((match, match)) == (("call_1",) if is_own else ())
