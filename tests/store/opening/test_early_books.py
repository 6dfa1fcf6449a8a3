"""The first page of the list by the driver alone: the same rows, or none at all."""

import shutil
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.factories import OfficeBooks
from tests.store.invoices.test_paging import _made
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery, InvoiceSort
from workmate_desktop.store.database.file_names import FILE_NAME, ID_FILE, PLAN
from workmate_desktop.store.opening.early_books import EarlyBooks, Unreadable, early_books

TODAY = date(2026, 11, 23)


@pytest.fixture
def folder(office: OfficeBooks, tmp_path: Path) -> Path:
    """A closed data folder with 2,000 invoices, its id beside it."""
    _made(office)
    with office.database.reader() as connection:
        (known,) = connection.exec_driver_sql(
            "SELECT value FROM settings WHERE key = 'database_id'"
        ).one()
    target = tmp_path / "early"
    target.mkdir()
    office.writer.stop()
    office.database.close()
    shutil.copy(office.path, target / FILE_NAME)
    (target / ID_FILE).write_text(known + "\n", "utf-8")
    return target


def opened(folder: Path) -> EarlyBooks:
    books = early_books(folder)
    assert books is not None
    return books


@pytest.mark.parametrize("livemode", [True, False])
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", InvoiceSort)
def test_the_page_is_the_one_of_the_opened_books(
    office: OfficeBooks, folder: Path, sort: InvoiceSort, descending: bool, livemode: bool
) -> None:
    query = InvoiceQuery(livemode, TODAY, sort=sort, descending=descending)
    books = opened(folder)
    page = books.invoice_page(query)
    books.close()
    assert len(page) > 100
    assert page == office.books.invoice_page(query)


def test_what_only_the_opened_books_can_find_is_empty(folder: Path) -> None:
    books = opened(folder)
    query = InvoiceQuery(False, TODAY)
    first = books.invoice_page(query)
    assert books.has_invoices(True) and books.has_invoices(False)
    assert books.invoice_page(query, after=first[-1]) == []
    assert books.invoice_page(replace(query, text="muller")) == []
    assert books.invoice_page(replace(query, filter=InvoiceFilter.OPEN)) == []
    books.close()
    books.close()
    assert books.invoice_page(query) == []
    assert not books.has_invoices(True)


def test_there_are_none_where_more_than_reading_is_to_be_done(folder: Path) -> None:
    path = folder / FILE_NAME
    (folder / PLAN).write_text("{}", "utf-8")
    assert early_books(folder) is None, "a restore waits to be finished"
    (folder / PLAN).unlink()

    known = (folder / ID_FILE).read_text("utf-8")
    (folder / ID_FILE).write_text("another\n", "utf-8")
    assert early_books(folder) is None, "the books of somebody else"
    (folder / ID_FILE).unlink()
    assert early_books(folder) is None, "nobody knows whose books"
    (folder / ID_FILE).write_text(known, "utf-8")

    connection = sqlite3.connect(path, isolation_level=None)
    (head,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.execute("UPDATE alembic_version SET version_num = '0007'")
    assert early_books(folder) is None, "an update comes first"
    connection.execute("UPDATE alembic_version SET version_num = ?", (head,))
    connection.close()
    opened(folder).close()

    path.write_bytes(b"no database at all" * 100)
    assert early_books(folder) is None
    path.unlink()
    assert early_books(folder) is None
    assert not path.exists(), "nothing was made"


def test_a_damaged_page_is_told_as_such(folder: Path) -> None:
    path = folder / FILE_NAME
    content = bytearray(path.read_bytes())
    for at in range(4096 * 40, len(content), 4096):
        content[at : at + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    books = early_books(folder)
    if books is not None:
        with pytest.raises(Unreadable):
            books.invoice_page(InvoiceQuery(False, TODAY), limit=2000)
        books.close()
