"""What a password must be like. Length counts; what everybody uses, and what is known of the person, does not."""

from __future__ import annotations

from typing import Final

from pipeline.model.errors import InvalidInput

SHORTEST: Final = 12
LONGEST: Final = 256
_COMMON: Final = (
    "123456789012", "1234567890123", "12345678901234", "abcdefghijkl", "administrator", "changemechangeme",
    "iloveyouiloveyou", "letmeinletmein", "password1234", "password12345", "passwordpassword", "qwertyqwerty",
    "qwertyuiop123", "qwertyuiopas", "welcomewelcome",
)  # fmt: skip


def check_password(text: str, *, login: str) -> None:
    """Refuse a password that is easily guessed.

    Raises:
        InvalidInput: shorter than 12 or longer than 256 characters, one that many use, few different characters, or
            one that holds the login or the product's name.

    Source: NIST SP 800-63B, 3.1.1.2 (length, no rules of composition, a list of common ones, context words).
    """
    plain = text.casefold()
    if not SHORTEST <= len(text) <= LONGEST:
        raise InvalidInput(f"a password has {SHORTEST} to {LONGEST} characters")
    if plain in _COMMON or len(set(plain)) < 5:
        raise InvalidInput("this password is among the first that are tried")
    if login.casefold() in plain or "earmark" in plain:
        raise InvalidInput("a password holds neither the login nor the product's name")
