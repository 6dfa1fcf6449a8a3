"""Which language the program speaks. German is the source; any other one is a catalogue of gettext,
`resources/locale/<code>/LC_MESSAGES/workmate.mo`, which `python3 run.py words` makes from the `.po`
file beside it. No Qt: `serve` writes e-mails and log lines with the same words.

    _("Rechnung ausstellen")
    fill(_("%1 von %2"), "3", "7")
    fill(n_("%1 Rechnung", "%1 Rechnungen", count), str(count))

https://docs.python.org/3/library/gettext.html
"""

import gettext
import re
from pathlib import Path

GERMAN = "de"
DOMAIN = "workmate"
"""Name of the catalogues' files."""


class Language:
    """One language, for those who read. German needs no catalogue."""

    def __init__(self, code: str = GERMAN, folder: Path | None = None) -> None:
        """`folder` holds the catalogues. Raises FileNotFoundError when it has none of `code`."""
        self.code = code
        self._words = (
            gettext.NullTranslations()
            if code == GERMAN
            else gettext.translation(DOMAIN, folder, [code])
        )

    def _(self, text: str) -> str:
        """`text` in this language; as it stands where the catalogue lacks it."""
        return self._words.gettext(text)

    def n_(self, one: str, many: str, count: int) -> str:
        """The form that this language has for `count`; `fill` puts the count in."""
        return self._words.ngettext(one, many, count)

    def p_(self, context: str, text: str) -> str:
        """`text` where one German word means two things: `context` says which."""
        return self._words.pgettext(context, text)


class _Window:
    language = Language()


def speak(language: Language) -> None:
    """What staff read is in `language` from now on: once, at the start, before a word is shown."""
    _Window.language = language


def _(text: str) -> str:
    """`text` in the language of the window."""
    return _Window.language._(text)


def n_(one: str, many: str, count: int) -> str:
    """`one` or `many`, as the language of the window has it; `fill` puts the count in."""
    return _Window.language.n_(one, many, count)


def p_(context: str, text: str) -> str:
    """`text` where one German word means two things: `context` says which."""
    return _Window.language.p_(context, text)


def of_table(text: str) -> str:
    """A sentence of a table in `resources`, in the language of the window. `run.py words` reads
    those tables as well; words in the code go through `_`."""
    return _Window.language._(text)


def fill(sentence: str, *values: str) -> str:
    """Put values into %1, %2 … of a translated sentence; values may hold % themselves.

    Another language may need another order.
    """

    def value(found: re.Match[str]) -> str:
        place = int(found[1])
        return values[place - 1] if 1 <= place <= len(values) else found[0]

    return re.sub(r"%(\d)", value, sentence)
