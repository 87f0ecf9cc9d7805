from __future__ import annotations

import io

import pytest
import soundfile

from pipeline.decisions.children import note_child
from pipeline.decisions.reveals import answer_reveal, ask_reveal
from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound, NotPermitted, StoreUnreachable
from pipeline.model.reveal import RevealPurpose
from pipeline.reads.reveal import read_clip, read_revealed
from pipeline.store.vault import Vault
from tests.conftest import make_tenant
from tests.corrections import NAME, an_ending, finding, published, reviewer


@pytest.fixture
def recording(line):
    return published(line)


@pytest.fixture
def asked(line, recording):
    place = finding(line, recording).place
    with line.tx() as tx:
        return ask_reveal(tx, place, purpose=RevealPurpose.FRAUD, reason="why", by=reviewer(line))


@pytest.fixture
def allowed(line, asked):
    with line.tx() as tx:
        return answer_reveal(tx, asked.id, allows=True, actor="user:bob")


def words(line, reveal, actor="user:ada") -> str:
    return read_revealed(line.context.vault, line.owner.id, reveal.id, actor=actor).words


def sound(line, reveal, actor="user:ada") -> bytes:
    return read_clip(line.context.vault, line.owner.id, reveal.id, actor=actor)


def test_who_asked_reads_the_words_of_that_span_and_no_other(line, allowed):
    read = read_revealed(line.context.vault, line.owner.id, allowed.id, actor="user:ada")
    assert read.words == "canaryname"
    assert read.watermark.startswith("user:ada · 2026-11-21 09:00:00 UTC · rvl_")
    assert read.ends_at == allowed.ends_at
    assert "canaryname" not in repr(read)


def test_who_asked_hears_exactly_that_span_of_the_original(line, allowed, recording):
    cut, rate = soundfile.read(io.BytesIO(sound(line, allowed)), dtype="int16")
    original = line.context.vault.read(line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL))
    whole, _ = soundfile.read(io.BytesIO(original), dtype="int16")
    first, last = NAME.start_ms * rate // 1000, NAME.end_ms * rate // 1000
    assert cut.tolist() == whole[first:last, 0].tolist()


@pytest.mark.parametrize("opens", [words, sound])
def test_nobody_else_reads_it_not_even_who_allowed_it(line, allowed, opens):
    with pytest.raises(NotFound):
        opens(line, allowed, actor="user:bob")


@pytest.mark.parametrize("opens", [words, sound])
def test_before_it_is_allowed_and_after_its_time_nothing_is_read(line, asked, clock, opens):
    with pytest.raises(NotPermitted, match="asked"):
        opens(line, asked)
    with line.tx() as tx:
        answer_reveal(tx, asked.id, allows=True, actor="user:bob")
    clock.move(minutes=5)
    with pytest.raises(NotPermitted, match="over"):
        opens(line, asked)
    assert line.events(AuditTag.REVEAL_READ) == []


@pytest.mark.parametrize("opens", [words, sound])
@pytest.mark.parametrize("what", ["ended", "child"])
def test_what_has_ended_or_is_a_childs_is_shown_to_nobody_however_much_it_was_allowed(
    line, recording, allowed, opens, what
):
    if what == "ended":
        an_ending(line, recording)
    else:
        with line.tx() as tx:
            note_child(tx, recording.id, age=9, actor="user:bob")
    with pytest.raises(NotPermitted):
        opens(line, allowed)


@pytest.mark.parametrize("opens", [words, sound])
def test_each_reading_is_in_the_log_before_a_byte_is_opened(line, allowed, opens):
    class Gone(type(line.context.vault.objects)):
        def get(self, key):
            raise StoreUnreachable("get")

    vault = line.context.vault
    gone = Vault(database=vault.database, objects=Gone(line.folder / "objects"), keys=vault.keys)
    with pytest.raises(StoreUnreachable):
        opens(line.with_parts(vault=gone), allowed)
    (facts,) = line.events(AuditTag.REVEAL_READ)
    assert (facts["allowed_by"], facts["purpose"], facts["type"]) == ("user:bob", "fraud", "PERSON")
    assert "canaryname" not in str(facts)


def test_another_tenants_reveal_is_not_there(line, allowed, database, keys):
    other = make_tenant(database, keys, "other")
    with pytest.raises(NotFound):
        read_revealed(line.context.vault, other.id, allowed.id, actor="user:ada")
