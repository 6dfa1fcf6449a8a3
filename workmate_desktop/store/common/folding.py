"""Folding for search and sorting: Ü and ü become u, ß becomes ss, capitals become small.

Whatever form the text has: marks that stand apart from their letter (a Mac's u and two dots) go,
every dash is "-", every blank " ", and what nobody sees is left out. So it does not matter whether
a row was written by this program, by an older one or by another, nor how the search was typed.

SQLite's own LIKE and lower() know ASCII only, and triggers may only use what every
SQLite has, because reports and tests write from outside. So there is one table of letters,
used by `fold` here and, as the table `folding`, by the triggers of the database. (Nested
replace() would be plainer, but more than 30 levels overflow SQLite's parser.)
"""

import unicodedata
from collections.abc import Iterator

from workmate_desktop.domain.text import BLANKS, DASHES, LIGATURES, UNSEEN, simplified
from workmate_desktop.domain.typed_numbers import Doubt, read, without_sign_of
from workmate_desktop.store.common.values import storable

_FOLDED = {
    "a": "äÄáÁàÀâÂãÃåÅăĂąĄ",
    "ae": "æÆ",
    "c": "çÇčČćĆ",
    "d": "ďĎđĐ",
    "e": "éÉèÈêÊëËęĘěĚ",
    "g": "ğĞ",
    "i": "íÍìÌîÎïÏıİ",
    "l": "łŁ",
    "n": "ñÑńŃňŇ",
    "o": "öÖóÓòÒôÔõÕøØőŐ",
    "oe": "œŒ",
    "r": "řŘ",
    "s": "šŠśŚşŞșȘ",
    "ss": "ßẞ",
    "t": "ťŤțȚ",
    "u": "üÜúÚùÙûÛůŮűŰ",
    "y": "ýÝ",
    "z": "žŽźŹżŻ",
}
LETTERS = {letter: plain for plain, letters in _FOLDED.items() for letter in letters}
"""As migration 0001 writes them into `folding`: never changed. `more_letters` came later."""
_MARKS = range(0x0300, 0x0370)
"""What stands above, below or through a letter."""
_LAST = 0xFFFF
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
_ASCII_LOWER = str.maketrans({chr(c): chr(c + 32) for c in range(ord("A"), ord("Z") + 1)})
_SIGNS = {
    **dict.fromkeys(DASHES, "-"),
    **dict.fromkeys(BLANKS, " "),
    **dict.fromkeys(UNSEEN, ""),
    **LIGATURES,
}


def _plain(letter: str) -> str | None:
    """What becomes of one letter; None for what stays."""
    known = LETTERS.get(letter, _SIGNS.get(letter))
    if known is not None or letter.isascii() or ord(letter) > _LAST:
        return known
    apart = unicodedata.normalize("NFD", letter)
    first, marks = apart[0], apart[1:]
    if ord(first) in _MARKS:
        return ""
    if marks and all(ord(mark) in _MARKS for mark in marks):
        return LETTERS.get(first, first)
    return None


class _Table(dict[int, str | None]):
    """For `str.translate`. Looks a letter up when it is first met: the start waits for no table."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        plain = _plain(letter)
        self[code] = known = letter if plain is None else plain
        return known


_TABLE = _Table()


def more_letters() -> Iterator[tuple[str, str]]:
    """What `folding` holds besides LETTERS, each with what it becomes."""
    for code in range(0x80, _LAST + 1):
        letter = chr(code)
        # Most letters are none of these, and asking so is quick.
        asked = unicodedata.decomposition(letter) or letter in _SIGNS or code in _MARKS
        plain = _plain(letter) if asked and letter not in LETTERS else None
        if plain is not None:
            yield letter, plain


def fold(text: str) -> str:
    """`text` as the search index holds it; equal to what `fold_sql` computes in SQL."""
    if not text.isascii():
        text = text.translate(_TABLE)
    return text.translate(_ASCII_LOWER)


def fold_sql(expression: str) -> str:
    """An SQL expression that folds `expression`, letter by letter, by the table `folding`."""
    return f"""(
        WITH RECURSIVE walk (place, folded) AS (
            SELECT 1, ''
            UNION ALL
            SELECT place + 1, folded || ifnull(
                (SELECT plain FROM folding WHERE letter = substr({expression}, place, 1)),
                substr({expression}, place, 1))
            FROM walk WHERE place <= length({expression})
        )
        SELECT lower(folded) FROM walk ORDER BY place DESC LIMIT 1)"""


def search_variants(text: str) -> list[str]:
    """How `text` may stand in the index: mueller also finds Müller, 1.190 also 1190,00."""
    plain = storable(simplified(text))
    folded = fold(plain)
    spelled_out = fold(plain.translate(_SPELLED_OUT))
    umlauts = folded.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    variants = [folded, spelled_out, umlauts]
    variants += _amounts(folded)
    return list(dict.fromkeys(v.strip() for v in variants if v.strip()))


def _amounts(text: str) -> list[str]:
    """`text` as amounts stand in the index, "1190,00", however it was typed."""
    number = read(without_sign_of(text, ("€", "eur", "euro")))
    if isinstance(number, Doubt):
        return [number.grouped.plain, number.exact.plain]
    if number is not None:
        return [f"-{number.plain}" if number.negative else number.plain]
    digits = text.replace("€", "").replace(" ", "").replace(".", "")
    half_typed = digits.replace(",", "", 1).isdigit()
    return [digits] if half_typed else []
