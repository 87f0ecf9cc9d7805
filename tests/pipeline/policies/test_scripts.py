from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.policies.loader import list_locales, load_scripts
from pipeline.policies.scripts import ScriptFile, ScriptId


@pytest.mark.parametrize("locale", list_locales())
def test_each_locale_has_every_script_and_says_where_its_demands_come_from(locale: str) -> None:
    file = load_scripts(locale)

    assert file.locale == locale
    assert set(file.scripts) == set(ScriptId)
    assert file.source
    assert set(file.phrases) == {
        "ai",
        "recording",
        "transcription",
        "purposes",
        "refusal",
        "refusal_transcript",
        "training",
    }


def test_only_repeated_questions_are_spoken_slowly() -> None:
    for locale in list_locales():
        slow = [id for id, script in load_scripts(locale).scripts.items() if script.pace == "slow"]
        assert slow == [id for id in ScriptId if id.endswith("_again")]


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"locale": "english"}, "locale"), ({"source": ""}, "source"), ({"scripts": {}}, "no wording for announce")],
)
def test_a_file_that_is_not_whole_is_refused(changes: dict[str, Any], says: str) -> None:
    document = {**load_scripts("en-US").model_dump(mode="json"), **changes}

    with pytest.raises(ValidationError, match=says):
        ScriptFile.model_validate(document)
