from __future__ import annotations

from tests.pipeline.cli.conftest import document, told_in_one_line


def test_every_tenant_is_indexed_or_the_one_that_is_named_and_another_is_told_to_be_none(earmark, acme):
    told = {"tenant": "acme", "indexed": 0, "assessed": 0, "failed": 0}
    assert document(earmark("index", "--json")) == [told]
    assert document(earmark("index", "--tenant", acme, "--json")) == [told]
    assert "acme" in earmark("index")[1]
    assert told_in_one_line(*earmark("index", "--tenant", "nobody")) == "no tenant nobody"
