"""E-mail addresses and site addresses, written or said ("john dot smith at gmail dot com")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar, Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction.normalise import ENGLISH, Kind, Written
from pipeline.redaction.read_turn import ReadTurn
from pipeline.redaction.recognizers.spoken import Found, SpokenRecognizer
from pipeline.redaction.vocabulary import Vocabulary

_SITE: Final = re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|co|uk|io|ai|info|nz|au)\b")
_MAIL_LIKE: Final = re.compile(r"^(?!www)(?:\w*\d|.*(?:mail|mial|gamil|yahoo|outlook|comcast|aol)\w*\.)")
"""A site that is rather a mail address whose "at" was swallowed."""


class MailAndSites(SpokenRecognizer):
    """An "@" with what belongs to it on both sides, and dotted site names."""

    types: ClassVar = (T.EMAIL_ADDRESS, T.URL)

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        super().__init__()

    def find(self, turn: ReadTurn) -> Iterable[Found]:
        """Find addresses; those of people first."""
        written = turn.written
        taken: set[int] = set()
        for index, piece in enumerate(written.pieces):
            if piece.kind is Kind.SYMBOL and piece.text == "@" and index and index + 1 < len(written.pieces):
                first, last = self._local_start(written, index), _glued_end(written, index + 1)
                taken |= set(range(first, last))
                yield Found(T.EMAIL_ADDRESS, first, last, 0.95, "at sign")
        for site in _SITE.finditer(written.text.lower()):
            first, last = written.piece_at(site.start()), written.piece_at(site.end() - 1) + 1
            if not taken & set(range(first, last)):
                kind = T.EMAIL_ADDRESS if _MAIL_LIKE.search(site.group()) else T.URL
                yield Found(
                    kind, self._local_start(written, first + 1) if kind is not T.URL else first, last, 0.6, "site"
                )

    def _local_start(self, written: Written, at: int) -> int:
        """Walk left over glued pieces, then over up to three more words that can be part of the name before "@"."""
        first = at - 1
        while first > 0 and written.pieces[first].glued:
            first -= 1
        for _ in range(3):
            before = first - 1
            if before < 0 or not self._may_belong(written, before):
                break
            first = before
            while first > 0 and written.pieces[first].glued:
                first -= 1
        return first

    def _may_belong(self, written: Written, index: int) -> bool:
        piece = written.pieces[index]
        key = written.tokens[piece.last - 1].key
        if piece.is_code or key in ENGLISH.zero_or_letter:
            return True
        return piece.kind is Kind.WORD and not self._vocabulary.is_talk(key)


def _glued_end(written: Written, index: int) -> int:
    end = index + 1
    while end < len(written.pieces) and (written.pieces[end].glued and written.pieces[end].kind is not Kind.FILLER):
        end += 1
    while end > index + 1 and written.pieces[end - 1].kind is Kind.SYMBOL:
        end -= 1
    return end
