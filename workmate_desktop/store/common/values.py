"""How values stand in the database: text, JSON details, dates."""

import json
import re
from collections.abc import Mapping
from datetime import date

from workmate_desktop.domain.text import tidied

# SQLite cannot keep a lone surrogate, and a NUL ends the text for many of its functions.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def storable(text: str) -> str:
    """What a person wrote, as the database can keep and find it, whatever was pasted."""
    if text.isascii() and "\x00" not in text:
        return text
    return _kept(tidied(text))


def _kept(text: str) -> str:
    """`text` letter by letter, but for what SQLite cannot hold."""
    if text.isascii() and "\x00" not in text:
        return text  # nearly every text: looking for the few letters is slow
    return _UNSTORABLE.sub("\ufffd", text)


def as_json(detail: Mapping[str, object]) -> str:
    """The `detail` columns: compact JSON without empty values."""
    kept = {key: value for key, value in detail.items() if value is not None}
    return _kept(_encode(kept))


def from_json(text: str | None) -> dict[str, object]:
    """The inverse; {} for anything that is no JSON object (rows written from outside)."""
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def date_or_none(text: str | None) -> date | None:
    """A date column; None when it is empty or no date."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
