from __future__ import annotations

import yaml

from pipeline.policies.loader import load_matrix
from pipeline.reads.policy_look import begin_policy, look_at_policy
from pipeline.store.policy_versions import find_policies
from tests.disposal import a_whole_recording


def look(line, **changes):
    with line.tx() as tx:
        document = yaml.safe_load(begin_policy(tx))
        return look_at_policy(tx, yaml.safe_dump(document | changes), load_matrix(), keys=line.context.vault.keys)


def test_a_text_is_compared_and_counted_and_nothing_is_written(line):
    a_whole_recording(line)
    same = look(line)
    assert (same.changes, same.preview.moved, same.is_publishable) == ((), (), False), "nobody could be told"
    assert {change.path for change in same.wordings} >= {"version", "replaces"}
    with line.tx() as tx:
        download = yaml.safe_load(begin_policy(tx))["download"]
    narrower = look(line, download=download | {"kinds": ["export"]})
    assert [change.path for change in narrower.changes] == ["download.kinds"]
    assert {moved.move for moved in narrower.preview.moved} == {"download_lost"}
    assert sum(narrower.preview.looked_at.values()) > 0
    with line.tx() as tx:
        assert len(find_policies(tx, "nejix").versions) == 1


def test_a_fault_compares_nothing_and_another_policy_moves_nothing(line):
    broken = look(line, download={"kinds": ["moon"]})
    assert (broken.bundle, broken.faults[0].path, broken.preview) == (None, "download.clause", None)
    other = look(line, id="other")
    assert (other.preview, other.is_publishable, "not other" in str(other.refusals[0])) == (None, False, True)
