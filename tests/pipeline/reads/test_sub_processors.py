from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipeline.policies.loader import load_bundle
from pipeline.reads.sub_processors import list_sub_processors, to_html
from tests.builders import ON_FILE

TODAY = date(2026, 11, 21)


def states(owner, policy="connekz"):
    return {line.name: line.state for line in list_sub_processors(owner, load_bundle(policy), today=TODAY)}


def test_every_company_of_the_policy_is_listed_with_what_is_on_file(tenant):
    registry = (
        ON_FILE[0],
        replace(ON_FILE[1], expires_on=TODAY),
        replace(ON_FILE[2], expires_on=date(2027, 1, 20)),
    )
    found = states(replace(tenant, registry=registry))
    assert list(found) == [p.name for p in load_bundle("connekz").processors.listed]
    assert found["twilio"] == "proved"
    assert found["deepgram"] == "expired"
    assert found["aws"] == "expires soon"
    assert found["openai"] == "no evidence"
    assert found["stripe"] == "no content"


def test_regions_are_those_that_policy_and_contract_both_name(tenant):
    registry = (replace(ON_FILE[0], regions=("eu", "jp")),)
    lines = list_sub_processors(replace(tenant, registry=registry), load_bundle("nejix"), today=TODAY)
    assert {line.name: line.regions for line in lines}["twilio"] == ("eu",)


def test_the_page_says_the_same_and_escapes_what_people_wrote(tenant):
    owner = replace(tenant, display_name="<b>Acme</b>", registry=(replace(ON_FILE[0], contract="<script>1</script>"),))
    bundle = load_bundle("nejix")
    page = to_html(owner, bundle, list_sub_processors(owner, bundle, today=TODAY), today=TODAY)
    assert "<script>" not in page
    assert "&lt;b&gt;Acme&lt;/b&gt;" in page
    for company in bundle.processors.listed:
        assert f"<td>{company.name}</td>" in page
    assert "no evidence" in page
