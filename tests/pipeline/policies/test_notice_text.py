from __future__ import annotations

from datetime import date

from pipeline.policies.loader import load_bundle
from pipeline.policies.notice_text import changes_of, subject_of, text_of
from tests.pipeline.policies.variants import variant

BEFORE = load_bundle("nejix")


def test_a_notice_says_what_changes_from_when_and_what_each_change_does() -> None:
    after = variant("nejix", {"retention/recording.original/days": 30, "download/kinds": []})
    text = text_of(BEFORE, after, notice_days=14, earliest=date(2027, 7, 3))

    assert subject_of(after) == "Nejix Privacy Policy changes on 2027-07-01"
    assert f"version {BEFORE.version} is replaced by version {after.version}" in text
    assert "takes effect on 2027-07-03, and at least 14 days after" in text
    assert "- retention.recording.original.days: 90 -> 30 (tightening)" in text
    assert after.digest in text
    assert "retention.recording.original.days: tightening" in changes_of(BEFORE, after)


def test_a_version_that_changes_only_words_says_so() -> None:
    text = text_of(BEFORE, variant(), notice_days=14, earliest=date(2027, 7, 1))
    assert "Nothing that decides anything changes." in text
    assert changes_of(BEFORE, variant()) == ()


def test_a_long_list_of_changes_is_cut_and_counted(monkeypatch) -> None:
    monkeypatch.setattr("pipeline.policies.notice_text._MOST_SHOWN", 5)
    changes = {f"retention/{kind.value}/days": 3 for kind in BEFORE.retention}
    changes |= {f"retention/{kind.value}/review_days": None for kind in BEFORE.retention}
    text = text_of(BEFORE, variant("nejix", changes), notice_days=14, earliest=date(2027, 7, 1))
    told = [line for line in text.splitlines() if line.startswith("- retention.")]
    assert len(told) == 5
    assert f"- and {len(changes_of(BEFORE, variant('nejix', changes))) - 5} more" in text
