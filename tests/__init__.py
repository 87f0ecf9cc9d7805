"""Tests in the order and under the names of what they test; `tests/journeys` go through all of it."""

import pytest

pytest.register_assert_rewrite("tests.pipeline.vendors.contracts")  # before any test imports one of them
