"""Which language the program speaks. German is the source; other languages are catalogues of
gettext in `resources/locale`. No Qt: `serve` writes e-mails and log lines with the same words.

    _("Rechnung ausstellen")
    fill(_("%1 von %2"), "3", "7")
    n_("%1 Rechnung", "%1 Rechnungen", count)

https://docs.python.org/3/library/gettext.html
"""

import gettext

_translations = gettext.NullTranslations()
"""German: the words of the source as they stand. Its plurals follow the Germanic rule, as gettext
does by itself."""


def _(text: str) -> str:
    """`text` in the language of the program."""
    return _translations.gettext(text)


def n_(one: str, many: str, count: int) -> str:
    """`one` for 1, else `many`, in the language of the program; `fill` puts the count in."""
    return _translations.ngettext(one, many, count)


def p_(context: str, text: str) -> str:
    """`text` where one German word means two things: `context` says which."""
    return _translations.pgettext(context, text)


def fill(sentence: str, *values: str) -> str:
    """Put values into %1, %2 … of a translated sentence; values may hold % themselves."""
    parts: list[str] = []
    rest = sentence
    for place, value in enumerate(values, start=1):
        before, found, rest = rest.partition(f"%{place}")
        parts += (before, value if found else "")
    return "".join(parts) + rest
