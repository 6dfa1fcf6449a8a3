"""CSV for spreadsheets, safe to open: what a stranger wrote never runs as a formula.

https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[-−]?\d{1,3}(?:\.?\d{3})*(?:,\d+)?(?:[ \u00a0][€$A-Z]{1,3})?")


def safe_cell(text: str) -> str:
    """`text`, with an apostrophe before it where a spreadsheet would calculate it.

    Plain numbers such as -5,00 € stay as they are.
    """
    bare = text.lstrip(" \u00a0\u200b\ufeff")
    if bare.startswith(_STARTS_A_FORMULA) and _NUMBER.fullmatch(text) is None:
        return "'" + text
    return text


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
    """Write the file, for its owner alone; with a mark that says UTF-8. Raises OSError."""
    text = csv_text(header, rows)
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        file.write(text)
