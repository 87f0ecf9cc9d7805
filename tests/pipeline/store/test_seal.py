from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import IntegrityError, InvalidInput, NotFound
from pipeline.model.ids import TenantId
from pipeline.ports.keys import Keys
from pipeline.store.seal import FRAME_BYTES, open_sealed, seal
from pipeline.vendors.key_file import FileKeys

ACME, OTHER = TenantId("acme"), TenantId("other")
CONTEXT = {"artifact": "art_1", "kind": "transcript.original"}
WORDS = b"words of a call"
SEALED_FRAME = FRAME_BYTES + 16


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    keys = FileKeys(tmp_path_factory.mktemp("keys"))
    keys.create_tenant_key(ACME)
    keys.create_tenant_key(OTHER)
    return keys


@pytest.fixture(scope="module")
def three_frames(keys: Keys) -> bytes:
    return seal(bytes(2 * FRAME_BYTES) + b"the end", keys=keys, tenant=ACME, context=CONTEXT)


def opened(sealed: bytes, keys: Keys) -> bytes:
    return open_sealed(sealed, keys=keys, tenant=ACME, context=CONTEXT)


@given(plaintext=st.binary(max_size=300))
def test_what_was_sealed_opens_again(keys: Keys, plaintext: bytes) -> None:
    assert opened(seal(plaintext, keys=keys, tenant=ACME, context=CONTEXT), keys) == plaintext


@pytest.mark.parametrize("size", [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES])
def test_sizes_around_a_frame_open_again(keys: Keys, size: int) -> None:
    plaintext = bytes(range(251)) * (size // 251 + 1)

    assert opened(seal(plaintext[:size], keys=keys, tenant=ACME, context=CONTEXT), keys) == plaintext[:size]


def test_nothing_of_the_plaintext_is_readable_and_no_two_seals_are_alike(keys: Keys) -> None:
    one, two = (seal(WORDS * 50, keys=keys, tenant=ACME, context=CONTEXT) for _ in range(2))

    assert WORDS not in one
    assert one != two


@given(data=st.data())
def test_any_changed_byte_is_noticed(keys: Keys, data: st.DataObject) -> None:
    sealed = bytearray(seal(WORDS, keys=keys, tenant=ACME, context=CONTEXT))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(IntegrityError):
        opened(bytes(sealed), keys)


def test_every_single_byte_is_covered(keys: Keys) -> None:
    sealed = seal(WORDS, keys=keys, tenant=ACME, context=CONTEXT)
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 0x80]) + sealed[at + 1 :]
        with pytest.raises(IntegrityError):
            opened(changed, keys)


@given(data=st.data())
def test_any_cut_is_noticed(keys: Keys, data: st.DataObject) -> None:
    sealed = seal(WORDS, keys=keys, tenant=ACME, context=CONTEXT)

    with pytest.raises(IntegrityError):
        opened(sealed[: data.draw(st.integers(0, len(sealed) - 1))], keys)


@given(more=st.binary(min_size=1, max_size=40))
def test_anything_added_is_noticed(keys: Keys, more: bytes) -> None:
    sealed = seal(WORDS, keys=keys, tenant=ACME, context=CONTEXT)

    with pytest.raises(IntegrityError):
        opened(sealed + more, keys)


def test_whole_frames_cannot_be_cut_off_moved_repeated_or_replaced(keys: Keys, three_frames: bytes) -> None:
    end = len(b"the end") + 16
    header = three_frames[: -2 * SEALED_FRAME - end]
    first = three_frames[len(header) : len(header) + SEALED_FRAME]
    second = three_frames[len(header) + SEALED_FRAME : -end]
    last = three_frames[-end:]
    other = seal(bytes(2 * FRAME_BYTES) + b"the end", keys=keys, tenant=ACME, context=CONTEXT)
    assert opened(b"".join((header, first, second, last)), keys)[-7:] == b"the end"

    for frames in (
        (first, second),
        (first, last),
        (second, last),
        (second, first, last),
        (first, first, second, last),
        (first, second, last, last),
        (last,),
        (),
        (first, second, other[-end:]),
        (first[:-1], second, last),
    ):
        with pytest.raises(IntegrityError):
            opened(b"".join((header, *frames)), keys)


def test_a_whole_last_frame_cannot_be_followed_by_an_empty_one(keys: Keys) -> None:
    sealed = seal(bytes(FRAME_BYTES), keys=keys, tenant=ACME, context=CONTEXT)

    with pytest.raises(IntegrityError):
        opened(sealed + sealed[-16:], keys)


def test_frames_of_the_same_bytes_are_sealed_differently(three_frames: bytes) -> None:
    body = three_frames[-(2 * SEALED_FRAME + len(b"the end") + 16) :]

    assert body[:FRAME_BYTES] != body[SEALED_FRAME : SEALED_FRAME + FRAME_BYTES]
    differing = sum(a != b for a, b in zip(body[:1000], body[SEALED_FRAME : SEALED_FRAME + 1000], strict=True))
    assert differing > 900


def test_another_tenant_or_context_does_not_open_it(keys: Keys) -> None:
    sealed = seal(WORDS, keys=keys, tenant=ACME, context=CONTEXT)

    with pytest.raises(IntegrityError, match="another tenant or context"):
        open_sealed(sealed, keys=keys, tenant=OTHER, context=CONTEXT)
    with pytest.raises(IntegrityError, match="another tenant or context"):
        open_sealed(sealed, keys=keys, tenant=ACME, context={**CONTEXT, "artifact": "art_2"})


def test_a_context_that_names_another_tenant_is_refused(keys: Keys) -> None:
    with pytest.raises(InvalidInput):
        seal(WORDS, keys=keys, tenant=ACME, context={"tenant": "other"})


@pytest.mark.clause("nejix", "5", "encryption in transit (TLS) and at rest")
def test_after_the_key_was_destroyed_it_never_opens_again(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path)
    keys.create_tenant_key(ACME)
    sealed = seal(WORDS, keys=keys, tenant=ACME, context=CONTEXT)
    keys.destroy_tenant_key(ACME)

    with pytest.raises(NotFound):
        opened(sealed, keys)


def test_the_price_of_sealing_is_a_small_header_and_a_tag_a_frame(three_frames: bytes) -> None:
    assert len(three_frames) - (2 * FRAME_BYTES + 7) - 3 * 16 < 200
