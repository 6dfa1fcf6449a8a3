"""Folding for search and sorting: Ü and ü become u, ß becomes ss, capitals become small.

SQLite's own LIKE and lower() know ASCII only (FACTS), and triggers may only use what every
SQLite has, because reports and tests write from outside. So there is one table of letters,
used by `fold` here and, as the table `folding`, by the triggers of the database. (Nested
replace() would be plainer, but more than 30 levels overflow SQLite's parser.)
"""

from workmate_desktop.domain.typed_numbers import Doubt, read, without_sign_of
from workmate_desktop.store.values import storable

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
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
_TABLE = str.maketrans(LETTERS)
_ASCII_LOWER = str.maketrans({chr(c): chr(c + 32) for c in range(ord("A"), ord("Z") + 1)})


def fold(text: str) -> str:
    """`text` as the search index holds it; equal to what `fold_sql` computes in SQL."""
    return text.translate(_TABLE).translate(_ASCII_LOWER)


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
    plain = " ".join(storable(text).split())
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
