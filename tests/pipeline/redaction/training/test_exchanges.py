from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.redaction.training.exchanges import FOLDERS, Material, load_material, read_exchanges


def test_nothing_to_train_on_is_kept_for_testing(material: Material, held_material: Material) -> None:
    for folder in FOLDERS:
        trained = {exchange.turns for exchange in material.exchanges[folder]}
        assert not trained & {exchange.turns for exchange in held_material.exchanges[folder]}
    for name, words in material.words.items():
        assert not set(words) & set(held_material.words[name])


def test_about_one_in_ten_is_kept_for_testing(material: Material, held_material: Material) -> None:
    for folder in ("calls", "topics", "fragments"):
        share = len(held_material.exchanges[folder]) / len(material.exchanges[folder])
        assert 0.05 < share < 0.2
    assert all(held_material.words.values())


def test_material_is_the_same_each_time_it_is_read(material: Material) -> None:
    assert load_material(held=False) == material


def test_exchanges_are_parted_by_empty_lines_and_remarks_left_out() -> None:
    first, second = read_exchanges("t", "# a remark\nA: your name\nC: {first} {last}\n\n\nC: it is <amount>\n")
    assert first.turns == (("A", "your name"), ("C", "{first} {last}"))
    assert first.is_personal
    assert not second.is_personal


@pytest.mark.parametrize("text", ["A: fine\nB: {first}", "A: fine\nC: {shoe}", "A: fine\nC: <first>"])
def test_a_line_that_is_wrong_is_named_by_its_number_alone(text: str) -> None:
    with pytest.raises(InvalidInput, match="line 2") as raised:
        list(read_exchanges("t", text))
    assert "fine" not in str(raised.value)
