"""What every keeper of tenant keys must do. A keeper's test class inherits these cases and names its fixtures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pipeline.model.errors import Conflict, IntegrityError, NotFound, VendorRefused, VendorUnavailable
from pipeline.model.ids import TenantId, new_id
from pipeline.ports.keys import Keys, KeyState, WrappedKey

CONTEXT = {"artifact": "art_1", "kind": "recording.original"}


def a_tenant() -> TenantId:
    return TenantId(new_id("t").replace("_", "-"))


class KeysContract:
    """Fixtures of the subclass: `keys`, `refused_keys` (access denied), `unreachable_keys` (not there)."""

    @pytest.fixture
    def tenant(self, keys: Keys) -> TenantId:
        tenant = a_tenant()
        keys.create_tenant_key(tenant)
        return tenant

    def test_a_data_key_comes_back_from_its_wrapping(self, keys: Keys, tenant: TenantId) -> None:
        data_key, wrapped = keys.new_data_key(tenant, CONTEXT)

        assert keys.unwrap(tenant, wrapped, CONTEXT) == data_key
        assert len(data_key) == 32
        assert data_key not in wrapped.wrapped

    def test_the_order_of_a_context_does_not_matter(self, keys: Keys, tenant: TenantId) -> None:
        data_key, wrapped = keys.new_data_key(tenant, CONTEXT)

        assert keys.unwrap(tenant, wrapped, dict(reversed(CONTEXT.items()))) == data_key

    def test_each_data_key_is_another_one(self, keys: Keys, tenant: TenantId) -> None:
        assert len({keys.new_data_key(tenant, CONTEXT)[0] for _ in range(5)}) == 5

    def test_another_context_does_not_open_a_data_key(self, keys: Keys, tenant: TenantId) -> None:
        _, wrapped = keys.new_data_key(tenant, CONTEXT)

        for other in ({}, {**CONTEXT, "kind": "summary"}, {**CONTEXT, "more": "1"}):
            with pytest.raises(IntegrityError):
                keys.unwrap(tenant, wrapped, other)

    def test_an_altered_wrapping_does_not_open(self, keys: Keys, tenant: TenantId) -> None:
        _, wrapped = keys.new_data_key(tenant, CONTEXT)
        bent = wrapped.wrapped[:-1] + bytes([wrapped.wrapped[-1] ^ 1])

        for altered in (bent, b"", wrapped.wrapped[:-1], wrapped.wrapped + b"x"):
            with pytest.raises(IntegrityError):
                keys.unwrap(tenant, replace(wrapped, wrapped=altered), CONTEXT)
        for key_id in ("", "nobody", wrapped.key_id + "x"):
            with pytest.raises(IntegrityError):
                keys.unwrap(tenant, replace(wrapped, key_id=key_id), CONTEXT)

    def test_one_tenants_key_never_opens_anothers(self, keys: Keys, tenant: TenantId) -> None:
        other = a_tenant()
        keys.create_tenant_key(other)
        _, wrapped = keys.new_data_key(tenant, CONTEXT)

        with pytest.raises(IntegrityError):
            keys.unwrap(other, wrapped, CONTEXT)

    def test_making_a_key_again_changes_nothing(self, keys: Keys, tenant: TenantId) -> None:
        data_key, wrapped = keys.new_data_key(tenant, CONTEXT)
        digest_key = keys.digest_key(tenant)

        keys.create_tenant_key(tenant)

        assert keys.unwrap(tenant, wrapped, CONTEXT) == data_key
        assert keys.digest_key(tenant) == digest_key

    def test_a_digest_key_stays_the_same_and_is_the_tenants_own(self, keys: Keys, tenant: TenantId) -> None:
        other = a_tenant()
        keys.create_tenant_key(other)

        assert len(keys.digest_key(tenant)) == 32
        assert keys.digest_key(tenant) == keys.digest_key(tenant)
        assert keys.digest_key(tenant) != keys.digest_key(other)

    def test_a_tenant_without_a_key_is_not_found(self, keys: Keys, tenant: TenantId) -> None:
        _, wrapped = keys.new_data_key(tenant, CONTEXT)
        nobody = a_tenant()

        with pytest.raises(NotFound, match="has no key"):
            keys.new_data_key(nobody, CONTEXT)
        with pytest.raises(NotFound, match="has no key"):
            keys.digest_key(nobody)
        with pytest.raises(NotFound, match="has no key"):
            keys.unwrap(nobody, wrapped, CONTEXT)

    def test_after_its_key_was_destroyed_nothing_opens_and_it_says_why(self, keys: Keys, tenant: TenantId) -> None:
        _, wrapped = keys.new_data_key(tenant, CONTEXT)

        keys.destroy_tenant_key(tenant)
        keys.destroy_tenant_key(tenant)

        with pytest.raises(NotFound, match="was destroyed"):
            keys.unwrap(tenant, wrapped, CONTEXT)
        with pytest.raises(NotFound, match="was destroyed"):
            keys.new_data_key(tenant, CONTEXT)
        with pytest.raises(NotFound, match="was destroyed"):
            keys.digest_key(tenant)

    def test_a_destroyed_key_is_never_made_again(self, keys: Keys, tenant: TenantId) -> None:
        keys.destroy_tenant_key(tenant)

        with pytest.raises(Conflict):
            keys.create_tenant_key(tenant)
        with pytest.raises(NotFound, match="was destroyed"):
            keys.new_data_key(tenant, CONTEXT)

    def test_destroying_one_tenants_key_leaves_the_others(self, keys: Keys, tenant: TenantId) -> None:
        other = a_tenant()
        keys.create_tenant_key(other)
        data_key, wrapped = keys.new_data_key(tenant, CONTEXT)

        keys.destroy_tenant_key(other)

        assert keys.unwrap(tenant, wrapped, CONTEXT) == data_key

    def test_after_a_rotation_old_and_new_open_and_digests_stay(self, keys: Keys, tenant: TenantId) -> None:
        digest_key, made = keys.digest_key(tenant), []
        for _ in range(3):
            made.append(keys.new_data_key(tenant, CONTEXT))
            assert keys.rotate_tenant_key(tenant) != made[-1][1].key_id
        made.append(keys.new_data_key(tenant, CONTEXT))

        assert [keys.unwrap(tenant, wrapped, CONTEXT) for _, wrapped in made] == [data_key for data_key, _ in made]
        assert len({wrapped.key_id for _, wrapped in made}) == 4
        assert keys.digest_key(tenant) == digest_key
        listed = keys.list_tenant_keys(tenant)
        assert [key.key_id for key in listed] == [wrapped.key_id for _, wrapped in made]
        assert [key.is_present for key in listed] == [False, False, False, True]
        assert {key.state for key in listed} == {KeyState.USABLE}

    def test_a_wrapping_says_which_key_made_it_and_no_other_passes_for_it(self, keys: Keys, tenant: TenantId) -> None:
        _, old = keys.new_data_key(tenant, CONTEXT)
        new = keys.rotate_tenant_key(tenant)

        with pytest.raises((IntegrityError, VendorRefused)):  # KMS: IncorrectKeyException; moto: AccessDeniedException
            keys.unwrap(tenant, replace(old, key_id=new), CONTEXT)
        with pytest.raises(IntegrityError):
            keys.unwrap(tenant, old, {**CONTEXT, "kind": "summary"})

    def test_after_a_rotation_one_tenants_keys_never_open_anothers(self, keys: Keys, tenant: TenantId) -> None:
        other = a_tenant()
        keys.create_tenant_key(other)
        _, old = keys.new_data_key(tenant, CONTEXT)
        keys.rotate_tenant_key(tenant)
        keys.rotate_tenant_key(other)

        with pytest.raises(IntegrityError):
            keys.unwrap(other, old, CONTEXT)

    def test_destroying_destroys_the_earlier_keys_too(self, keys: Keys, tenant: TenantId) -> None:
        _, old = keys.new_data_key(tenant, CONTEXT)
        keys.rotate_tenant_key(tenant)
        _, new = keys.new_data_key(tenant, CONTEXT)

        keys.destroy_tenant_key(tenant)

        for wrapped in (old, new):
            with pytest.raises(NotFound, match="was destroyed"):
                keys.unwrap(tenant, wrapped, CONTEXT)
        for ask in (keys.rotate_tenant_key, keys.list_tenant_keys, keys.digest_key):
            with pytest.raises(NotFound, match="was destroyed"):
                ask(tenant)

    def test_of_rotations_at_once_nothing_is_lost(self, keys: Keys, tenant: TenantId) -> None:
        def rotate_and_wrap(_: int) -> tuple[bytes, WrappedKey]:
            keys.rotate_tenant_key(tenant)
            return keys.new_data_key(tenant, CONTEXT)

        made = [keys.new_data_key(tenant, CONTEXT)]
        with ThreadPoolExecutor(4) as threads:
            made += threads.map(rotate_and_wrap, range(4))

        listed = {key.key_id for key in keys.list_tenant_keys(tenant)}
        assert {wrapped.key_id for _, wrapped in made} <= listed
        assert all(keys.unwrap(tenant, wrapped, CONTEXT) == data_key for data_key, wrapped in made)

    def test_nobody_has_nothing_to_rotate_or_list(self, keys: Keys, tenant: TenantId) -> None:
        for ask in (keys.rotate_tenant_key, keys.list_tenant_keys):
            with pytest.raises(NotFound, match="has no key"):
                ask(a_tenant())

    def test_a_refusal_is_a_refusal_and_never_no_such_key(self, refused_keys: Keys) -> None:
        self._every_method_raises(refused_keys, VendorRefused)

    def test_silence_is_unavailable_and_never_no_such_key(self, unreachable_keys: Keys) -> None:
        self._every_method_raises(unreachable_keys, VendorUnavailable)

    def _every_method_raises(self, keys: Keys, error: type[Exception]) -> None:
        tenant = a_tenant()
        asks = (keys.create_tenant_key, keys.digest_key, keys.destroy_tenant_key)
        for ask in (*asks, keys.rotate_tenant_key, keys.list_tenant_keys):
            with pytest.raises(error):
                ask(tenant)
        with pytest.raises(error):
            keys.new_data_key(tenant, CONTEXT)
