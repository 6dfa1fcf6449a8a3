"""One normalising of text: what is typed, pasted from a PDF or a Mac, or sent by a bank.

The same words come in many forms: "Müller" in six or seven letters (a Mac's file names and many
PDFs write u and the two dots apart), hyphens that must not break, blanks that must not break, marks
that only say where a word may be parted. On the screen they look alike, so they are stored in one
form (`tidied`) and compared without what nobody sees (`simplified`, `comparable`).

https://unicode.org/reports/tr15/ (NFC), https://www.unicode.org/charts/PDF/U2000.pdf
"""

import unicodedata

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
"""Hyphens, dashes and the minus: whoever searches types the one on the keyboard."""
BLANKS = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
BLANKS += "\u202f\u205f\u3000"
LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
"""Two letters in one piece of type, as PDFs hand them out."""
_NO_TEXT = "\u00ad\u200b\u2060\ufeff"
"""Where a line may or may not break, and the mark at the beginning of a file."""
UNSEEN = (
    _NO_TEXT
    + "\u034f\u180e\u200c\u200d\u200e\u200f"
    + "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
)
"""These, and what joins letters or turns the direction: it is kept, but nobody types it."""

_STORED = str.maketrans(
    {
        **dict.fromkeys(_NO_TEXT, ""),
        **dict.fromkeys(BLANKS, " "),
        **LIGATURES,
        "\u2010": "-",
        "\u2011": "-",
        "\u0085": "\n",
        "\u2028": "\n",
        "\u2029": "\n",
    }
)
_SIMPLE = str.maketrans({**dict.fromkeys(DASHES, "-"), **dict.fromkeys(UNSEEN, "")})


def tidied(text: str) -> str:
    """`text` as it is stored: NFC, plain blanks and hyphens, without what only parts words.

    A dash or minus that somebody chose stays what it is: "Mo–Fr", "−18 °C".
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.translate(_STORED))


def one_line(text: str) -> str:
    """`text` as it is stored, in one line; "" where there is nothing to see."""
    return " ".join(tidied(text).split())


def simplified(text: str) -> str:
    """`text` for reading something out of it: every dash "-", every blank one " ", nothing unseen.

    Line breaks are blanks, too: banks break purposes anywhere.
    """
    if not text.isascii():
        text = tidied(text).translate(_SIMPLE)
    return " ".join(text.split())


def comparable(text: str) -> str:
    """`text` for comparing what two people typed: also without capitals.

    Marks stand apart while capitals go: https://www.unicode.org/versions/Unicode15.0.0/ch03.pdf
    (D145).
    """
    plain = simplified(text)
    if plain.isascii():
        return plain.casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", plain).casefold())
