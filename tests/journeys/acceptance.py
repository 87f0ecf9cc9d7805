"""What must be seen to work before anything else is believed. A mark is `@pytest.mark.acceptance(number)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ACCEPTANCE: Final[Mapping[int, str]] = {
    1: "Silence, hang-up, a wrong key, a time-out, the fallback, a lost database: nothing recorded at Twilio.",
    2: "From is a sentinel, a client, a SIP address, a toll-free number or +17378742833: the caller may be anywhere.",
    3: "A Californian mobile and a German callee: the laws of both joined; nothing is captured before the key.",
    4: "Callbacks disordered, doubled, replayed, foreign or wrongly signed: no effect or 403, and never 500.",
    5: "An unknown source is taken; what nobody permitted is deleted and told; two of one call are judged apart.",
    6: "A recording's address that points at another host is ignored.",
    7: "After a withdrawal nothing of what was said later is in anything that is kept, even if Twilio did not stop.",
    8: "Each request to Deepgram opts out of training; EU words stay in the EU; Nejix refuses Deepgram, and says why.",
    9: "A refused request to a recogniser is repeated with the same bytes, and an answer about others is refused.",
    10: "Numbers split over turns, read back, spaced, or in another language: hidden in text and sound, or held back.",
    11: "Closure: Twilio's copies by day 50, every region, the key by day 90; what is held survives with fewer fields.",
    12: "Deleting one recording removes all that was made from it and marks its datasets; the export refuses it then.",
    13: "A change with less than 14 days of notice is rejected; a loosening never reaches back, a tightening does.",
    14: "What came through a Connekz instance is in no other instance's dataset and in no base dataset.",
    15: "A sign of a child quarantines within one round of work, and perpetual retention does not protect it.",
    16: "A stranger who asks for a recording's address is refused at every account, and none records by itself.",
}
