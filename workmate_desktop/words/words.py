"""Translation for words that the program also needs without a window.

`serve` writes e-mails with the words of the notice list and never imports Qt: then there is no
translator, and the German of the source is what is sent.
"""

import sys


def translate(context: str, text: str) -> str:
    """`text` in the language of the program, as QCoreApplication.translate gives it."""
    qt = sys.modules.get("PySide6.QtCore")
    return text if qt is None else str(qt.QCoreApplication.translate(context, text))


def fill(sentence: str, *values: str) -> str:
    """Put values into %1, %2 … of a translated sentence; values may hold % themselves."""
    parts: list[str] = []
    rest = sentence
    for place, value in enumerate(values, start=1):
        before, found, rest = rest.partition(f"%{place}")
        parts += (before, value if found else "")
    return "".join(parts) + rest
