from __future__ import annotations

import pytest

from tests.identity_provider import providing


@pytest.fixture
def there(clock):
    """An identity provider whose clock is the test's."""
    with providing(lambda: clock.now().timestamp()) as found:
        yield found
