"""CSV for spreadsheets, safe to open: what a stranger wrote never runs as a formula.

https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import mkstemp

_STARTS_A_FORMULA = frozenset("=+-@|%")
_BREAKS = ("\t", "\r", "\n")
_NUMBER = re.compile(r"[-−]?\d{1,3}(?:\.?\d{3})*(?:,\d+)?(?:[ \u00a0][€$A-Z]{1,3})?")


def safe_cell(text: str) -> str:
    """`text`, with an apostrophe before it where a spreadsheet would calculate it.

    Plain numbers such as -5,00 € stay as they are.
    """
    # Spreadsheets leave out blanks before a cell's text, each its own kinds of them; letters of
    # full width (＝) they take for the usual ones.
    first = next((one for one in text if not _is_blank(one)), "")
    calculates = unicodedata.normalize("NFKC", first)[:1] in _STARTS_A_FORMULA
    if (calculates or text.startswith(_BREAKS)) and _NUMBER.fullmatch(text) is None:
        return "'" + text
    return text


def _is_blank(letter: str) -> bool:
    """A blank of any width, a control character, or one that nobody sees."""
    return letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Semicolons and CRLF, as German spreadsheets read it; a row per line."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe_cell(cell) for cell in header])
    for row in rows:
        # A line break inside a cell is legal, but most programs part the row there.
        writer.writerow([safe_cell(" ".join(cell.splitlines())) for cell in row])
    return out.getvalue()


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write the file, for its owner alone; with a mark that says UTF-8. Raises OSError.

    A new file takes the place of what has that name: so it has its own mode, and where a link
    stood, what the link led to stays as it is.
    """
    text = csv_text(header, rows)
    handle, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)  # 0600, never an older one
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
