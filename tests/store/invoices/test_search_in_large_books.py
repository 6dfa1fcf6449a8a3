"""The short ways through a large book find what LIKE finds, page by page, in the same order.

"Large" begins at a handful of invoices or events here, so that every way is taken.
"""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.benchmarks.generator import LAST_DAY, fill_office, new_data_dir
from tests.store.database.test_query_plans import asked, full_scans, sorts
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery, InvoiceSort
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.books import Books
from workmate_desktop.store.common.folding import search_variants
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.store.events import search as event_search
from workmate_desktop.store.invoices import search as invoice_search

QUERY = InvoiceQuery(livemode=True, today=LAST_DAY)
_PAGE = 7
_TYPED = "re-2024-00 muller köhler Weber gmbh & co. kg 1.190,00 € 42 entwurf bau zz q %_ дом Дом ß"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("large") / "daten"
    file = new_data_dir(folder)
    fill_office(file, 250)
    with sqlite3.connect(file) as raw:
        raw.execute("PRAGMA foreign_keys=ON")
        for number, name in enumerate(("RE-2017 & Söhne", "Дом", "Quzz 5%", "Zz_top")):
            raw.execute("INSERT INTO customers (id, name) VALUES (?, ?)", (f"k{number}", name))
            raw.execute(
                "INSERT INTO invoices (id, number, customer_id, status, livemode, currency,"
                " total_minor, issue_date, due_date, created_at)"
                " VALUES (?, ?, ?, 'open', 1, ?, ?, '2019-01-01', '2026-01-01', '2026-01-01')",
                (f"i{number}", f"Ab-{number}", f"k{number}", ("eur", "jpy")[number % 2], number),
            )
    raw.close()
    database = Database(folder / FILE_NAME, Threads())
    yield database
    database.close()


@pytest.fixture(params=[(3, 2), (25, 20), (1500, 1500)], ids=["tiny", "small", "as shipped"])
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    few, looks = request.param
    monkeypatch.setattr(invoice_search, "_FEW", few)
    monkeypatch.setattr(invoice_search, "_LOOKS", looks)
    monkeypatch.setattr(event_search, "_FEW", few)


def _by_like(office: Database, query: InvoiceQuery) -> set[str]:
    """A plain look at every invoice."""
    variants = search_variants(query.text)
    with office.reader() as connection:
        rows = connection.exec_driver_sql("SELECT id, search_text FROM invoices WHERE livemode = 1")
        return {i for i, found in rows if any(v in found for v in variants) or not variants}


def _pages(books: Books, query: InvoiceQuery) -> list[str]:
    found: list[str] = []
    page = books.invoice_page(query, None, _PAGE)
    while page:
        found += [row.id for row in page]
        page = books.invoice_page(query, page[-1], _PAGE)
    return found


_PARTS = st.one_of(
    st.text(alphabet="re-20174zqbk mul%_&5", min_size=1, max_size=4),
    st.builds(
        lambda at, length: _TYPED[at : at + length],
        st.integers(0, len(_TYPED) - 1),
        st.integers(1, 9),
    ),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    wanted=_PARTS,
    sort=st.sampled_from(InvoiceSort),
    descending=st.booleans(),
    which=st.sampled_from([InvoiceFilter.ALL, InvoiceFilter.OPEN, InvoiceFilter.PAID]),
)
@pytest.mark.usefixtures("sizes")
def test_every_way_finds_what_like_finds(
    office: Database, wanted: str, sort: InvoiceSort, descending: bool, which: InvoiceFilter
) -> None:
    books = Books(office, SystemClock())
    query = replace(QUERY, text=wanted, sort=sort, descending=descending, filter=which)
    found = _pages(books, query)
    if wanted.isascii():
        everything = _pages(books, replace(query, text=""))
        by_like = _by_like(office, query)
        assert found == [one for one in everything if one in by_like]
    assert len(found) == len(set(found)) == books.invoice_count(query)


def test_other_letters_are_left_to_the_index_as_before(office: Database) -> None:
    """To it Д and д are one letter, to LIKE two."""
    books = Books(office, SystemClock())
    for wanted in ("Дом", "дом"):
        (row,) = books.invoice_page(replace(QUERY, text=wanted))
        assert row.customer_name == "Дом"


@pytest.mark.parametrize("sort", [InvoiceSort.NUMBER, InvoiceSort.DUE_DATE])
def test_a_frequent_text_walks_in_order(
    office: Database, sort: InvoiceSort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoice_search, "_FEW", 25)
    books = Books(office, SystemClock())
    with asked(office) as plans:
        page = books.invoice_page(replace(QUERY, text="re-2", sort=sort), None, _PAGE)
    assert len(page) == _PAGE
    assert full_scans(plans) == []
    assert sorts(plans) == []
    walks = [line for line in plans if "SEARCH invoices USING INDEX invoices_by_" in line]
    assert walks, plans


@pytest.mark.parametrize("wanted", ["zz", "qu", "söhne", "zzzz", "xx", "q"])
def test_a_rare_text_is_read_by_row(office: Database, wanted: str) -> None:
    """No index is walked, but for the first invoices, in which a short text is looked for."""
    books = Books(office, SystemClock())
    with asked(office) as plans:
        books.invoice_page(replace(QUERY, text=wanted), None, _PAGE)
    of_page = [line for line in plans if "json_each" in line]
    assert any(re.match("SEARCH invoices .*rowid=", line) for line in of_page), plans
    others = [line for line in plans if line not in of_page and "invoice_search" not in line]
    assert all("AS anon_1" in line or "invoice_words" in line for line in others), others
