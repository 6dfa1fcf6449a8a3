"""The list as a table: every listed invoice, its sums apart, nothing that a spreadsheet runs."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, FakeToasts
from tests.ui.fakes import TODAY, FakeClock, row
from tests.ui.invoices.closing_screens import books_with_closings
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery
from workmate_desktop.ui.invoices.list.export import ListExport, export_invoices
from workmate_desktop.ui.kit.toast import ToastKind


def read(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {line["Nummer"]: line for line in csv.DictReader(file, delimiter=";")}


def test_ma6_the_table_tells_money_from_what_is_none(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    books = books_with_closings()
    count = export_invoices(path, books, InvoiceQuery(True, TODAY))
    lines = read(path)
    assert count == len(lines) == len(books.rows)

    def said(number: str, *columns: str) -> tuple[str, ...]:
        return tuple(lines[number][column].replace("\u00a0", " ") for column in columns)

    closed = "Skonto und Ausbuchung"
    assert said("RE-2026-0201", "Status", "Bezahlt", closed) == ("Bezahlt", "116,62", "2,38")
    assert said("RE-2026-0202", "Status", "Bezahlt", "Erstattet", "Offen") == (
        "Bezahlt · 50,50 € erstattet",
        "49,50",
        "50,50",
        "0,00",
    )
    assert said("RE-2026-0205", "Status", "Offen") == ("Erstattet", "0,00")
    assert said("RE-2026-0207", "Status", "Bezahlt", closed) == ("Ausgebucht", "0,00", "100,00")
    assert said("RE-2026-0204", "Bezahlt", "Verlust") == ("0,00", "100,00")
    assert said("RE-2026-0110", "Überzahlt", "Währung") == ("45,30", "EUR")


def test_only_what_is_listed_is_saved(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    books = books_with_closings()
    export_invoices(path, books, InvoiceQuery(True, TODAY, filter=InvoiceFilter.CANCELLED))
    assert list(read(path)) == ["RE-2026-0109"]


def test_j14_a_customers_name_is_never_calculated(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    books = books_with_closings()
    books.add(row(400, '=HYPERLINK("http://x")'))
    export_invoices(path, books, InvoiceQuery(True, TODAY))
    assert read(path)["RE-2026-0400"]["Kunde"].startswith("'=")


def test_where_nothing_can_be_written_it_is_told(qapp: QApplication, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        export_invoices(tmp_path, books_with_closings(), InvoiceQuery(True, TODAY))
    assert error.value.code == "backup_not_written"


def test_it_is_saved_from_below_the_list(
    make_desk: Callable[..., Desk], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk = make_desk(books_with_closings())
    toasts = FakeToasts()
    export = ListExport(desk.books, desk.bridge, FakeClock(), toasts, desk.tab)
    desk.tab.footer.export_wanted.connect(lambda: export.save(desk.tab.model.query))
    asked: list[str] = []

    def choose(_parent: object, _title: str, proposal: str, _kinds: str) -> tuple[str, str]:
        asked.append(Path(proposal).name)
        return str(tmp_path / "x.csv"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    qtbot.mouseClick(desk.tab.footer.export, Qt.MouseButton.LeftButton)
    assert asked == ["Rechnungen 2026-11-23.csv"]
    [(title, where, kind)] = toasts.shown
    assert title == f"{len(desk.books.rows)} Rechnungen gesichert"
    assert (where, kind) == (str(tmp_path / "x.csv"), ToastKind.SUCCESS)


def test_an_empty_list_offers_no_table(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(books_with_closings())
    desk.tab.show_filter(InvoiceFilter.FAILED)
    desk.tab.toolbar.search.setText("gibt es nicht")
    desk.tab._search()
    assert desk.ids() == []
    assert not desk.tab.footer.export.isVisible()
