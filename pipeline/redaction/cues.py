"""What people call the things they ask for: the words that announce a kind of personal data, and those that do not.

One table serves questions ("what is your policy number") and statements ("my policy number is ..."). The first row
that matches a place wins, so special rows stand above general ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pipeline.model.entity import EntityType as T

_NUMBERED: Final = r"(?:['’]?s)?(?: number| no\b| num\b| code| id\b| #| digits)"
_ROWS: Final[tuple[tuple[T, str], ...]] = (
    (T.CREDIT_CARD_EXPIRY, r"expir(?:y|ation|es|ing)(?: date)?|\bexp date|valid (?:thru|through|until|to)\b"),
    (T.CREDIT_CARD_CVV, r"\bc ?v ?v ?2?\b|\bc ?v ?c\b|\bc ?v code|security code|card (?:verification|security)"
                        r"|(?:three|3|four|4) (?:digits?|numbers?)[a-z ]{0,20} back\b|on the back of (?:the|your)(?: \w+)? card"),
    (T.US_SSN, r"social(?: security)?(?: number)?\b(?! media)|\bs ?s ?n\b|social security"),
    (T.NATIONAL_ID, r"national insurance|\bn ?i number|\bnino\b|\bi ?r ?d\b(?: number)?|tax file|\bt ?f ?n\b|\bn ?h ?[is]\b(?: number)"
                    r"|\bn h i\b|medicare (?:card|number)|tax(?:payer)? (?:id|identification|number)|national id|aadhaar|\bpan (?:card|number)"),
    (T.MEDICAL_RECORD, r"medical record|\bm ?r ?n\b|patient (?:number|id)|chart number|health (?:card|number)"),
    (T.PASSPORT, r"passport"),
    (T.DRIVER_LICENSE, r"driv(?:er|ers|er's|ing) ?licen[cs]e|licen[cs]e number"),
    (T.VEHICLE, r"licen[cs]e plate|number plate|\bplate(?: number)?\b|\brego\b|registration(?: number| plate)?\b|\bvin\b|\bv i n\b|vehicle identification"),
    (T.USERNAME, r"user ?names?\b|user ?id|login(?: id| name)?\b|log in (?:id|name)|screen name"),
    (T.PASSWORD, r"pass ?words?\b|pass ?phrase|security (?:word|answer)|memorable (?:word|place|information)"),
    (T.PIN, r"(?<!zip )\bpin\b(?: number| code)?|pass ?code|access code|one[- ]time (?:code|pass)|\bo ?t ?p\b|verification code"
            r"|authori[sz]ation code|security number|telephone banking"),
    (T.ZIP_CODE, r"\bzip(?:[- ]?code)?\b|post ?code|postal code|post code|\beir ?code"),
    (T.EMAIL_ADDRESS, r"\be[- ]?mail(?: address| id)?\b"),
    (T.IP_ADDRESS, r"\bi ?p address"),
    (T.DATE_OF_BIRTH, r"dates? of birth|birth ?(?:date|day|year|month)|\bd ?o ?b\b|\bborn\b|(?:year|month|day) of (?:your )?birth|how old|(?:year|month) (?:you were )?born"),
    (T.IBAN_CODE, r"\biban\b"),
    (T.ID_NUMBER, r"(?:policy|member(?:ship)?|claim|case|order|reference|ref|confirmation|booking|tracking|ticket|student|employee"
                  r"|staff|group|reservation|invoice|serial|loyalty|frequent flyer|subscriber|record locator|incident|docket|badge"
                  r"|registration|enrol?lment|contract|file|customer|client|user|job|quote|rewards?|gift card|flyer|locator|insurance|prescription|rx|model)"
                  rf"{_NUMBERED}|\bp ?n ?r\b|confirmation\b|\bid number|identification number|identity|record locator"),
    (T.ACCOUNT_NUMBER, r"\bthe number is|(?:account|acct|a c)\b(?: number| no\b| id| digits| #)?|sort code|routing(?: number)?|\bb ?s ?b\b|bank details|customer number"),
    (T.CREDIT_CARD, r"(?:credit|debit|payment|bank|visa|amex|master ?card|american express|gift)? ?card(?: number| no\b| digits| details| #)?\b"
                    r"|long number|(?:16|sixteen) digit|\bvisa\b|\bmastercard\b"),
    (T.PHONE_NUMBER, r"(?:tele)?phone(?: number| no\b)?|mobile|\bcell(?:phone)?\b|land ?line|call(?:ing)? ?back|contact(?: number| no\b| details)"
                     r"|reach you|best number|\bnumber to\b|ring you|text you|call you"),
    (T.STREET_ADDRESS, r"(?<!ip )(?<!email )(?<!e-mail )\baddress\b|where (?:do you|are you|you) (?:live|living|located|based)|\bstreet\b|house number"
                       r"|(?:deliver|ship|send|post|mail|sent|delivered|shipped) (?:it |that |this |them )?to\b|live at|living at|reside|\bflat number|unit number|apartment number"
                       r"|\bi live\b|located at|pick(?:ed)? up from"),
    (T.LOCATION, r"(?:what|which|your|name of(?: the| your)?) (?:city|town|suburb|state|county|province|village)|city name|\bcity\b|\bsuburb\b|which part of"),
    (T.PERSON, r"(?:first|last|full|middle|given|family|maiden|sur|married|legal|nick|christian|second|billing|account holder['’]?s?|patient['’]?s?|passenger['’]?s?)[- ]?names?\b"
               r"|\bnames?\b(?! of (?:the|your) (?:bank|company|business|employer|doctor's office|product|city|school))|surname|(?:who|whom?) (?:am i|i'm|i am|are we) (?:speaking|talking)|who(?:'s| is| are) (?:calling|this|you|speaking)"
               r"|may i ask who|speaking (?:with|to)\b|initials?\b|spell (?:it|that|your|the|both)|how do you spell|account holder|next of kin|emergency contact|beneficiary"),
)  # fmt: skip
_PATTERNS: Final = tuple((kind, re.compile(pattern)) for kind, pattern in _ROWS)

_ASKS: Final = re.compile(
    r"\?|\bwhat(?:'s| is| was| are|s)?\b|\bwhich\b|\bwho\b|\bwhere\b|\bwhen\b|\bhow (?:do|old)\b|\b(?:may|can|could|would|will|shall) (?:i|you|we)\b|\bplease\b"
    r"|\bgive me|\btell me|\bprovide\b|\bconfirm\b|\bverify\b|\bneed\b|\bget (?:your|the|a)\b|\bhave (?:your|the)\b|\bhave you got|\bdo you have\b"
    r"|\band (?:your|the|a)\b|\bjust (?:your|the)\b|\bspell|\brepeat\b|\bread (?:me|that|it|out)|\bstarting with|\bask (?:for )?your|\blooking for|\bbeginning with"
)
_SHORT_ASK: Final = re.compile(r"^(?:(?:okay|ok|and|great|thanks|thank you|perfect|so|alright|sure|now|the|your|a) )*")
_OTHER_ASKS: Final = re.compile(
    r"\bhow (?:much|many|long|often|far|is|are|was|can|may|would)\b|\bwhat time\b|\bwhat date\b|\bwhich (?:day|date|time)\b|\bamount\b|\bwhat (?:size|kind|type|colou?r|day|model|make)\b"
    r"|\bwhen (?:would|did|do|was|were|will|is|should|can)\b|\bhow (?:can|may) i help|\banything else|\bwould you like\b|\bdo you (?:want|need|like)\b|\bwhy\b|\bwhat (?:happened|seems|can|brings|did|would|about|do)\b|\bare you (?:able|having|taking|sure|still)\b"
    r"|\bdid you\b|\bhave you (?:tried|had|been|noticed|ever)\b|\bis (?:that|there|it|this) \b|\bname of (?:the|your) (?:bank|company|business|employer|product)"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A kind of personal data named in a turn, and the characters that name it."""

    type: T
    start: int
    end: int


@lru_cache(maxsize=512)
def find_cues(text: str) -> tuple[Cue, ...]:
    """Find what a lower-case turn names, in order; places overlap only where the earlier row did not match."""
    taken: list[Cue] = []
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            if found.end() > found.start() and not any(c.start < found.end() and found.start() < c.end for c in taken):
                taken.append(Cue(kind, found.start(), found.end()))
    return tuple(sorted(taken, key=lambda c: c.start))


def is_asking(text: str) -> bool:
    """Say whether a lower-case turn has the form of a question or request."""
    return bool(_ASKS.search(text))


def is_label_only(text: str) -> bool:
    """Say whether a turn is nothing but the name of what is wanted: "and your zip code"."""
    rest = _SHORT_ASK.sub("", text).strip(" ?.,")
    cues = find_cues(rest)
    return bool(cues) and cues[0].start == 0 and cues[-1].end >= len(rest) - 1 and len(rest.split()) <= 5


def asks_something_else(text: str) -> bool:
    """Say whether a lower-case turn asks for something that is not personal: an amount, a time, a wish."""
    return bool(_OTHER_ASKS.search(text))
