"""In which languages personal data is found. What is spoken in any other is withheld or refused, never guessed at."""

from __future__ import annotations

from typing import Final

DETECTED: Final = ("en",)
"""Primary subtags (BCP 47) of the languages that recognisers and dialogue rules were made and measured for."""


def is_detected(language: str) -> bool:
    """Say whether there is a detector for a language, whatever the country: `en`, `en-NZ`, `en_GB`."""
    return language.lower().replace("_", "-").split("-")[0] in DETECTED
