from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.purge import Version, merge_versions

VERSIONS = st.lists(st.builds(Version, id=st.sampled_from("abcdef"), is_delete_marker=st.booleans())).map(tuple)


@given(VERSIONS, VERSIONS)
def test_no_version_that_was_ever_seen_is_lost_and_none_is_counted_twice(seen, more):
    merged = merge_versions(seen, more)
    assert set(merged) == set(seen) | set(more)
    assert len(merged) == len(set(merged))
    assert merge_versions(merged, more) == merged
