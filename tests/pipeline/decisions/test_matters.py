from __future__ import annotations

import pytest

from pipeline.decisions.holds import place
from pipeline.decisions.matters import close_matter, open_matter
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from pipeline.store.matters import find_matter
from tests.pipeline.decisions.test_holds import hold, release


def opened(line, matter="2026-17", title="Doe v. Acme", owners=("user:ada",)):
    with line.tx() as tx:
        return open_matter(
            tx, line.context.vault.keys, matter=matter, title=title, owners=owners, actor="user:bo", via="cli:root"
        )


def test_a_matter_is_opened_for_its_owners_and_audited_without_its_title(line):
    assert opened(line).owners == ("user:ada",)
    assert line.events("hold:matter:opened") == [{"owners": "user:ada", "via": "cli:root"}]
    assert opened(line, "other", owners=()).owners == ("user:bo",)


def test_a_matter_that_a_hold_opened_is_given_its_title_later_and_once(line):
    hold(line, "tenant", "acme", "2026-17")
    opened(line)
    with line.tx() as tx:
        assert find_matter(tx, "2026-17", keys=line.context.vault.keys).title == "Doe v. Acme"
    with pytest.raises(Conflict):
        opened(line)


@pytest.mark.parametrize(
    "given",
    [{"matter": ""}, {"matter": "a b"}, {"title": " "}, {"owners": ("ada@example.com",)}, {"owners": ("ada",)}],
)
def test_a_matter_without_reference_title_or_a_fit_owner_is_refused(line, given):
    with pytest.raises(InvalidInput) as caught:
        opened(line, **given)
    assert "example.com" not in str(caught.value)
    assert line.events("hold:matter:opened") == []


def test_a_matter_is_closed_only_when_it_holds_nothing_and_takes_no_hold_afterwards(line):
    placed = hold(line, "tenant", "acme")
    with pytest.raises(Conflict, match="1 holds in force"), line.tx() as tx:
        close_matter(tx, matter="m-1", actor="user:1")
    release(line, placed)
    with line.tx() as tx:
        assert close_matter(tx, matter="m-1", actor="user:1").closed_by == "user:1"
    assert line.events("hold:matter:closed") == [{"via": ""}]
    with pytest.raises(IllegalTransition), line.tx() as tx:
        close_matter(tx, matter="m-1", actor="user:1")
    with pytest.raises(IllegalTransition), line.tx() as tx:
        place(tx, line.context.vault, matter="m-1", scope=("tenant", "acme"), actor="u", reason="r")
    with pytest.raises(NotFound), line.tx() as tx:
        close_matter(tx, matter="none", actor="user:1")
