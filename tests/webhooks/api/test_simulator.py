from __future__ import annotations


def test_what_would_happen_to_a_call_is_told_with_its_clauses_and_nothing_is_kept(empty):
    call = {"caller": "+12125550142", "called": "+13035550100", "answer": "granted", "entity_types": ["PERSON"]}
    told = empty.do("settings/simulate", call)
    assert (told["now"]["is_recorded"], told["now"]["is_hidden"], told["drafted"]) == (True, {"PERSON": True}, None)
    assert told["now"]["decisions"][0]["retention"]["clause"]
    assert "+12125550142" not in str(told)
    empty.do("settings/draft", {"settings": {"is_recording_on": False}}, method="PATCH")
    both = empty.do("settings/simulate", call)
    assert (both["now"]["is_recorded"], both["drafted"]["is_recorded"]) == (True, False)
    declined = empty.do("settings/simulate", call | {"answer": "declined"})
    assert declined["now"]["is_recorded"] is False
    for wrong in ({}, {"recording": "rec_none"}, {"caller": "x", "answer": "perhaps"}, {"caller": "x" * 300}):
        assert empty.refused("settings/simulate", wrong) in (404, 422)
