"""How far a name reaches from the word where it starts. Shared by the recognisers of names and by the dialogue."""

from __future__ import annotations

from typing import Final

from pipeline.redaction.normalise import Kind, Written
from pipeline.redaction.vocabulary import STATE_CODES, TITLES, Vocabulary, bare_word, word_set

AMBIGUOUS_NAMES: Final = word_set(
    "mark grace hope rose dawn grant frank rich art joy faith mercy melody crystal amber ruby pearl jade "
    "ivy daisy lily "
    "violet iris hazel olive summer autumn chase drew pat rob sue don dale glen cliff clay dean earl duke king angel "
    "jesus penny ginger sandy misty sky eve gene hunter mason carter taylor cooper tucker rusty max "
    "miles will bill may "
    "june april august jean robin jay carol brook victor oscar page reed read chuck buck hank ray sunny savannah "
    "charlotte madison austin jordan paris london israel sydney chelsea florence georgia virginia carolina dakota min "
    "sun hung star noel christian santiago diego mercedes alexa siri celeste sierra stone young long white black green "
    "brown best day short small sharp rice price cook baker bishop knight noble major marshall law nat kit sam dot "
    "tame mani suba hine tama jin wei xin feng pavel lei he do so sen das ma hu an le li may bush gates trump potter "
    "wood woods hill field fields park lake banks bond booth bell bird fox wolf lamb hart swan crane dove finch robin "
    "willow sienna harper piper jasmine sage heather holly opal skylar phoenix blue legend justice destiny precious "
    "gay guy herb jack johns randy dick peter harry willy jimmy nick charity patience prudence constance"
)
_LONGEST: Final = 4


class NameReader:
    """Reads names off the written view."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def key(self, written: Written, index: int) -> str:
        """Give the word of a piece, or nothing where there is no such piece or it is a number."""
        if not 0 <= index < len(written.pieces):
            return ""
        piece = written.pieces[index]
        return written.tokens[piece.first].key if piece.kind in (Kind.WORD, Kind.MONTH, Kind.LETTER) else ""

    def is_certain(self, key: str) -> bool:
        """Say whether a word is a given name and hardly anything else."""
        bare = bare_word(key)
        if bare.endswith("s") and len(bare) > 4 and self.vocabulary.is_stranger(bare):
            # Recognisers write possessives without their apostrophe: "margarets birthday".
            bare = bare[:-1] if bare[:-1] in self.vocabulary.given_names else bare
        known = bare in self.vocabulary.given_names and bare not in AMBIGUOUS_NAMES
        return known and not self.vocabulary.is_talk(bare) and bare not in self.vocabulary.places

    def is_likely(self, key: str) -> bool:
        """Say whether a word may be a name after a weak sign such as "hi" or "this is"."""
        bare = bare_word(key)
        if not bare.replace("'", "").isalpha() or len(bare) < 2 or bare in self.vocabulary.not_personal:
            return False
        if self.vocabulary.is_talk(bare) or bare in TITLES:
            return False
        return self.vocabulary.is_name(bare) or self.vocabulary.is_stranger(bare)

    def is_possible(self, key: str) -> bool:
        """Say whether a word may be a name after a sure sign such as "my name is"."""
        bare = bare_word(key)
        if len(bare.replace("'", "")) < 2 or not bare.replace("'", "").isalpha() or bare in TITLES:
            return False
        return self.vocabulary.is_name(bare) or not self.vocabulary.is_talk(bare)

    def after_sure_sign(self, written: Written, first: int) -> int:
        """Give the end of the name that starts at piece `first`; `first` itself when none does."""
        end = self._past_titles(written, first)
        start = end
        while end < len(written.pieces) and end - start < _LONGEST and self._continues(written, end, start):
            end += 1
        return self._with_spelling(written, end) if end > start else first

    def after_weak_sign(self, written: Written, first: int, *, greeted: bool = False) -> int:
        """Give the end of the name at `first` if its first word is likely one.

        After a greeting, a name that is also a word of talk ("thanks will") counts when nothing follows it.
        """
        start = self._past_titles(written, first)
        key = self.key(written, start)
        alone = start + 1 >= len(written.pieces) or not self.key(written, start + 1)
        talk_name = greeted and alone and self.vocabulary.is_name(key) and len(key) > 2 and key not in _NEVER_GREETED
        if not self.is_likely(key) and not (start > first and self.is_possible(key)) and not talk_name:
            return first
        if key in AMBIGUOUS_NAMES and not alone and start == first and not self.is_likely(self.key(written, start + 1)):
            return first
        end = start + 1
        while end < len(written.pieces) and end - start < _LONGEST and self._is_further(written, end):
            end += 1
        return end

    def _past_titles(self, written: Written, at: int) -> int:
        while self.key(written, at) in TITLES or (
            written.pieces[at].text == "." if at < len(written.pieces) else False
        ):
            at += 1
        return at

    def _continues(self, written: Written, at: int, start: int) -> bool:
        piece = written.pieces[at]
        if piece.kind is Kind.LETTER:
            return True
        key = self.key(written, at)
        if at > start and self.vocabulary.is_talk(key):
            return self.vocabulary.is_name(key) and key not in _CONNECTORS
        return self.is_possible(key) and (at == start or key not in self.vocabulary.not_personal)

    def _is_further(self, written: Written, at: int) -> bool:
        """Say whether a word after a name is part of it: another name, a stranger, an initial before one."""
        key = self.key(written, at)
        if written.pieces[at].kind is Kind.LETTER:
            following = self.key(written, at + 1)
            return key not in ("a", "i") and bool(following) and self.is_likely(following)
        if key == "'s" or not self.is_likely(key):
            return key == "'s"
        return bare_word(key) in self.vocabulary.surnames or self.is_certain(key) or self._unlisted(key)

    def _unlisted(self, key: str) -> bool:
        return self.vocabulary.is_stranger(key) and key not in STATE_CODES

    def _with_spelling(self, written: Written, end: int) -> int:
        while end < len(written.pieces) and written.pieces[end].kind in (Kind.LETTER, Kind.FILLER):
            end += 1
        while written.pieces[end - 1].kind is Kind.FILLER:
            end -= 1
        return end


_NEVER_GREETED: Final = frozenset({"may", "so", "day", "you", "well", "long", "best", "short", "young"})
_CONNECTORS: Final = word_set("and will may can do does so be is i a in on at to my the for from with but")
