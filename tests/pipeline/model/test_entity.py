from __future__ import annotations

import pytest

from pipeline.model.entity import Entity, EntityType
from pipeline.model.span import CharSpan

NEEDED = [
    "PERSON",
    "PHONE_NUMBER",
    "EMAIL_ADDRESS",
    "STREET_ADDRESS",
    "LOCATION",
    "ZIP_CODE",
    "DATE_OF_BIRTH",
    "US_SSN",
    "CREDIT_CARD",
    "CREDIT_CARD_CVV",
    "CREDIT_CARD_EXPIRY",
    "ACCOUNT_NUMBER",
    "IBAN_CODE",
    "ID_NUMBER",
    "PASSPORT",
    "DRIVER_LICENSE",
    "NATIONAL_ID",
    "MEDICAL_RECORD",
    "PIN",
    "PASSWORD",
    "USERNAME",
    "IP_ADDRESS",
    "URL",
    "VEHICLE",
    "TENANT_WORD",
    "OTHER",
]


@pytest.mark.parametrize("name", NEEDED)
def test_each_kind_of_personal_data_has_its_type_by_its_own_name(name):
    assert EntityType(name).name == name


def test_dates_and_organisations_alone_are_not_personal():
    assert not {"DATE_TIME", "ORGANIZATION", "NRP"} & {t.value for t in EntityType}


def test_an_entity_without_a_group_names_nothing_in_common():
    entity = Entity(turn=0, span=CharSpan(0, 3), type=EntityType.PERSON, score=0.5)
    assert (entity.group, entity.evidence) == (None, ())
