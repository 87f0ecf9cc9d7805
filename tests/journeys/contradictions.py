"""Where the two policies contradict themselves, each other or the law, and how that is resolved: the safest reading.

A mark is `@pytest.mark.contradiction(number)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CONTRADICTIONS: Final[Mapping[int, str]] = {
    1: "Nejix may improve its services and may not train: improving means counts without content.",
    2: "Nejix keeps metadata and transcriptions in perpetuity and names no recordings: recordings have an end.",
    3: "Connekz grants deletion, says that it is coming soon, and keeps without end: the right wins, now.",
    4: "Perpetual and indefinite mean that the policy sets no end: the caps of the law cut what is kept all the same.",
    5: "Nejix keeps in perpetuity and deletes within 90 days of closure: closure wins.",
    6: "A deletion request meets a time for which the law orders to keep: restricted, gone at its end, and told.",
    7: "Connekz trains on all prompts and outputs, and only the own instance on a developer's: the own instance alone.",
    8: "What a policy promises binds users: a caller's permission comes from the call, and the law must agree as well.",
    9: "One adapter, two lists: Deepgram is on Connekz' alone, OpenAI and xAI there to embed; Anthropic on Nejix'.",
    10: "Delete or anonymise: a voice cannot be made anonymous, so it is deleted; only counts are anonymous.",
    11: "What was trained on before a deletion: use stops, lineage names it; a waiting time lets requests come first.",
    12: "Children below 13, 18 or the age of the law: the highest of policy and place counts.",
    13: "Thirty days, working days or other times to answer: the earliest counts, holidays of New Zealand included.",
    14: "No policy says that redaction exempts anything: a redacted copy is as personal as its original.",
    15: "Voicemails, clips, agents and bystanders are people too: speech of somebody not asked is never trained on.",
}
