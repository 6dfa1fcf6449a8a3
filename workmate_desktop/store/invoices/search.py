"""Finding invoices by a part of their number, customer or amount, in books of any size.

The full-text index knows every three letters in a row, so it finds what is rare at once. What is
frequent it would list invoice by invoice: there the order of the list is walked until the page is
full. Either way finds what LIKE over `search_text` finds; a test compares. (Only the signs for
Kelvin and the long s are k and s to the index, and nothing of ours to LIKE.)
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)

from workmate_desktop.store.common.tables import invoices

_SHORTEST_INDEXED = 3  # letters
_FEW = 500
"""So many invoices are read and sorted sooner than the order of a large list is walked."""
_LOOKS = 1500
"""So many are looked through for one or two letters: mostly they fill a page already."""
_MOST_WORDS = 64


@dataclass(frozen=True, slots=True)
class Hits:
    """The first invoices that the index finds, by `row_no`."""

    rows: Sequence[int]
    newest_first: bool
    variants: Sequence[str]

    @property
    def complete(self) -> bool:
        """There are no others."""
        return len(self.rows) < _FEW

    def these(self) -> ColumnElement[bool]:
        """One of these invoices."""
        return invoices.c.row_no.in_(self._listed())

    def these_and_beyond(self) -> ColumnElement[bool]:
        """Every invoice that is found, for a walk in an order that is nearly that of `row_no`.

        Before the first hit there is none, up to the last one they are known, and only what lies
        beyond is read.
        """
        # The plus forbids SQLite to look `row_no` up: it is to walk the index of the order, which
        # holds `row_no` as well.
        row_no: ColumnElement[int] = literal_column("+invoices.row_no", Integer)
        first, last = literal(self.rows[0]), literal(self.rows[-1])
        begun, beyond = row_no <= first, row_no < last
        if not self.newest_first:
            begun, beyond = row_no >= first, row_no > last
        contained = contains(self.variants)
        return and_(begun, or_(row_no.in_(self._listed()), and_(beyond, contained)))

    def _listed(self) -> Select[tuple[int]]:
        listed = func.json_each(json.dumps(self.rows)).table_valued("value", name="n")
        return select(listed.c.value)


def contains(variants: Sequence[str]) -> ColumnElement[bool]:
    """One of the variants is a part of the text; %, _ and quotes are plain letters."""
    return or_(*(invoices.c.search_text.contains(v, autoescape=True) for v in variants))


def matches(variants: Sequence[str]) -> ColumnElement[bool]:
    """The same by the index where it knows so short a text."""
    if not all(len(variant) >= _SHORTEST_INDEXED for variant in variants):
        return contains(variants)
    return text(
        "invoices.row_no IN (SELECT rowid FROM invoice_search WHERE invoice_search MATCH :phrases)"
    ).bindparams(phrases=_any_of(variants))  # type: ignore[return-value]


def look_up(
    connection: Connection,
    variants: Sequence[str],
    in_order: Select[tuple[str]],
    limit: int,
    *,
    newest_first: bool,
) -> Hits | None:
    """The first hits of the index; None where walking the list is better.

    `in_order` selects the `search_text` of the invoices from the wanted page on; `limit` is the
    length of a page.
    """
    # Of other letters the index and LIKE do not think alike: to it, Д and д are one.
    if not all(variant.isascii() for variant in variants):
        return None
    words: list[str] = list(variants)
    if any(len(variant) < _SHORTEST_INDEXED for variant in variants):
        if _fills_a_page(connection, variants, in_order, limit):
            return None
        found = _words_with(connection, variants)
        if found is None:
            return None
        words = found
    if not words:
        return Hits([], newest_first, variants)
    statement = _NEWEST if newest_first else _OLDEST
    values = {"phrases": _any_of(words), "few": _FEW}
    return Hits(connection.execute(statement, values).scalars().all(), newest_first, variants)


_SEARCH = "SELECT rowid FROM invoice_search WHERE invoice_search MATCH :phrases ORDER BY rowid"
_NEWEST = text(f"{_SEARCH} DESC LIMIT :few").bindparams(bindparam("phrases"), bindparam("few"))
_OLDEST = text(f"{_SEARCH} LIMIT :few").bindparams(bindparam("phrases"), bindparam("few"))


def _any_of(words: Sequence[str]) -> str:
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in words)


def _fills_a_page(
    connection: Connection, variants: Sequence[str], in_order: Select[tuple[str]], limit: int
) -> bool:
    looked = in_order.limit(_LOOKS).subquery()
    found = or_(*(looked.c.search_text.contains(v, autoescape=True) for v in variants))
    statement = select(func.count()).select_from(looked).where(found)
    return int(connection.execute(statement).scalar_one()) >= limit


def _words_with(connection: Connection, variants: Sequence[str]) -> list[str] | None:
    """Every three letters of the index that begin with one of the variants, or are one.

    What is only two letters begins three, unless the text ends with it. Every text ends with an
    amount: None for what ends with a digit, and where there are very many.
    """
    words: list[str] = []
    for variant in variants:
        if len(variant) >= _SHORTEST_INDEXED:
            words.append(variant)
            continue
        if variant[-1].isdigit():
            return None
        word: str | None = variant
        behind = variant[:-1] + chr(ord(variant[-1]) + 1)
        while word is not None:
            values = {"word": word, "behind": behind}
            word = connection.execute(_NEXT_WORD, values).scalar_one_or_none()
            if word is not None:
                words.append(word)
            if len(words) > _MOST_WORDS:
                return None
    return words


_NEXT_WORD = text("SELECT term FROM invoice_words WHERE term > :word AND term < :behind LIMIT 1")
