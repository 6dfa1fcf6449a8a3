"""Finding a customer, and making one without leaving the invoice."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListView
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE, FakeBridge
from tests.ui.invoices.editor.conftest import Desk
from tests.ui.invoices.editor.fakes import AYDIN, Customers, Writing
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.ui.invoices.editor.customer_dialog import CustomerDialog, countries
from workmate_desktop.ui.invoices.editor.customer_field import CustomersModel
from workmate_desktop.ui.kit.plain_text import PlainLabel

Open = Callable[..., Desk]
LONG = "Gemeinschaftspraxis für Unfallchirurgie, Orthopädie und Rehabilitation Dr. Meier"
UNKNOWN = "Bitte aus der Liste wählen oder neu anlegen."
ENTER, ESCAPE, TAB, DOWN, UP, BACKTAB = (
    Qt.Key.Key_Return,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Down,
    Qt.Key.Key_Up,
    Qt.Key.Key_Backtab,
)


def offered(desk: Desk) -> list[str]:
    found = desk.editor.form.customer.found()
    return [found.index(row).data() for row in range(found.rowCount())]


def dialog_of(desk: Desk) -> CustomerDialog:
    dialog = desk.editor.findChild(CustomerDialog)
    assert dialog is not None
    return dialog


def fill(field: object, text: str) -> None:
    edit = field.field  # type: ignore[attr-defined]
    assert isinstance(edit, QLineEdit)
    edit.setText(text)


def test_the_model(qapp: QApplication) -> None:
    model = CustomersModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.show([AYDIN], "ay")
    assert [model.index(row).data() for row in range(2)] == [
        "Praxis Dr. Aydin · 50667 Köln",
        "Neuen Kunden anlegen: „ay“",
    ]
    model.show([], "")
    assert [model.index(row).data() for row in range(model.rowCount())] == [
        "Neuen Kunden anlegen …"
    ]


def test_search_as_you_type_asks_the_books(open_editor: Open) -> None:
    desk = open_editor()
    desk.keys("backer")
    assert desk.books.asked == ["b", "ba", "bac", "back", "backe", "backer"]
    assert offered(desk) == ["Bäckerei Lindner GmbH · Bonn", "Neuen Kunden anlegen: „backer“"]
    desk.keys(ENTER)
    customer = desk.editor.form.customer.customer()
    assert customer is not None
    assert customer.id == "c-2"
    assert desk.editor.form.customer.currentText() == "Bäckerei Lindner GmbH"


def test_down_offers_everyone(open_editor: Open) -> None:
    desk = open_editor()
    desk.keys(DOWN)
    assert len(offered(desk)) == 4
    desk.keys(DOWN, ENTER)
    customer = desk.editor.form.customer.customer()
    assert customer is not None
    assert customer.id == "c-2"


def test_escape_closes_the_list_only(open_editor: Open) -> None:
    desk = open_editor()
    desk.keys("ay", ESCAPE)
    assert desk.editor.isVisible()
    assert desk.editor.form.customer.currentText() == "ay"
    assert desk.editor.form.customer.customer() is None


def test_a_full_name_needs_no_list(open_editor: Open) -> None:
    desk = open_editor()
    desk.keys("café morgenrot", ESCAPE, TAB)
    customer = desk.editor.form.customer.customer()
    assert customer is not None
    assert customer.id == "c-3"


def test_two_of_the_same_name_must_be_chosen(open_editor: Open) -> None:
    books = Customers([Customer("a", "Meier", city="Bonn"), Customer("b", "Meier", city="Ulm")])
    desk = open_editor(books=books)
    desk.keys("Meier", ESCAPE, TAB)
    assert desk.editor.form.customer.customer() is None
    desk.editor.save_draft()
    assert desk.writing.calls == []
    assert desk.editor.form.customer_field.message() == (
        "Bitte aus der Liste wählen oder neu anlegen."
    )
    assert offered(desk)[:2] == ["Meier · Bonn", "Meier · Ulm"]


def test_typing_on_forgets_the_choice(open_editor: Open) -> None:
    desk = open_editor()
    desk.keys("aydin", ENTER)
    assert desk.editor.form.customer.customer() == AYDIN
    desk.keys(BACKTAB, "x", ESCAPE)
    assert desk.editor.form.customer.customer() is None


@pytest.mark.parametrize("keys", [(DOWN,), (UP,), (DOWN, DOWN, UP, UP)])
def test_the_only_row_stays_ready_for_enter(open_editor: Open, keys: tuple[Any, ...]) -> None:
    desk = open_editor()
    desk.keys("Niemand", *keys, ENTER)
    assert dialog_of(desk).customer().name == "Niemand"


@pytest.mark.parametrize("keys", [("aydin", ENTER), (DOWN, DOWN, ENTER), ("morgen", TAB)])
def test_choosing_by_keyboard_goes_on_to_the_date(open_editor: Open, keys: tuple[Any, ...]) -> None:
    desk = open_editor()
    desk.keys(*keys)
    assert desk.editor.form.customer.customer() is not None
    assert QApplication.focusWidget() is desk.editor.form.issue_date


def test_enter_on_a_name_typed_in_full_goes_on_too(open_editor: Open) -> None:
    desk = open_editor()
    desk.keys("praxis dr. aydin", ESCAPE, ENTER)
    assert desk.editor.form.customer.customer() == AYDIN
    assert QApplication.focusWidget() is desk.editor.form.issue_date


def test_tab_takes_what_the_arrows_chose(open_editor: Open) -> None:
    desk = open_editor()
    desk.keys(DOWN, DOWN, TAB)
    customer = desk.editor.form.customer.customer()
    assert customer is not None
    assert customer.id == "c-2"


@pytest.mark.parametrize("typed", ["Niemand", "r"])  # nobody, and three at once
def test_leaving_with_an_unknown_name_says_so_at_once(open_editor: Open, typed: str) -> None:
    desk = open_editor()
    form = desk.editor.form
    desk.keys(typed)
    assert form.customer_field.message() == ""
    desk.keys(TAB)
    assert form.customer.customer() is None
    assert form.customer_field.message() == UNKNOWN
    assert QApplication.focusWidget() is form.issue_date
    desk.keys(BACKTAB, ENTER)  # back, and the list is there again
    assert form.customer.list_is_open()
    desk.keys("x")
    assert form.customer_field.message() == ""


def test_the_message_is_whole_in_a_narrow_window(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor()
    desk.editor.resize(600, 500)
    qtbot.waitUntil(lambda: desk.editor.width() == 600)
    desk.keys("Niemand", TAB)
    field = desk.editor.form.customer_field
    (label,) = (one for one in field.findChildren(PlainLabel) if one.full_text() == UNKNOWN)
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))
    narrow = label.height()
    assert narrow > 2 * label.fontMetrics().height()
    desk.editor.resize(840, 500)
    qtbot.waitUntil(lambda: label.height() < narrow)


def test_an_empty_field_is_left_in_peace(open_editor: Open) -> None:
    desk = open_editor()
    desk.keys(TAB)
    assert desk.editor.form.customer_field.message() == ""


def test_the_list_is_as_wide_as_its_names(open_editor: Open) -> None:
    books = Customers([Customer("a", LONG, city="Mönchengladbach"), AYDIN])
    desk = open_editor(books=books)
    desk.keys(DOWN)
    popup = desk.focused()
    assert isinstance(popup, QListView)
    assert popup.horizontalScrollBar().maximum() == 0
    assert popup.width() > desk.editor.form.customer.width()
    assert popup.sizeHintForColumn(0) <= popup.viewport().width()


def test_a_name_too_long_for_the_field_is_in_its_tool_tip(open_editor: Open) -> None:
    desk = open_editor(books=Customers([Customer("a", LONG, city="Bonn")]))
    desk.keys(DOWN, ENTER)
    assert desk.editor.form.customer.toolTip() == f"{LONG} · Bonn"
    desk.keys(BACKTAB, "x")
    assert desk.editor.form.customer.toolTip() == ""


def test_the_list_stays_inside_a_narrow_window(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor(books=Customers([Customer("a", LONG * 2, city="Bonn")]))
    desk.editor.resize(600, 500)
    qtbot.waitUntil(lambda: desk.editor.width() == 600)
    desk.keys(DOWN)
    popup = desk.focused()
    assert isinstance(popup, QListView)
    right = popup.mapToGlobal(popup.rect().topRight()).x()
    assert right <= desk.editor.mapToGlobal(desk.editor.rect().topRight()).x()
    assert not popup.horizontalScrollBar().isVisible()


def test_a_new_customer_without_leaving_the_invoice(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor()
    desk.keys("Zahnarzt Ünal", ENTER)  # nobody found: the only row makes a new one
    dialog = dialog_of(desk)
    assert dialog.customer().name == "Zahnarzt Ünal"
    fill(dialog.email, "praxis@ünal.example")
    fill(dialog.street, "Ring 5")
    fill(dialog.postal_code, "50667")
    fill(dialog.city, "Köln")
    fill(dialog.vat_id, "de 136 695 976")
    with qtbot.waitSignal(dialog.saved):
        dialog.save_button.click()
    expected = Customer(
        "", "Zahnarzt Ünal", "praxis@ünal.example", "Ring 5", "50667", "Köln", "DE", "DE136695976"
    )
    assert desk.writing.calls == [("save_customer", expected, None)]
    chosen = desk.editor.form.customer.customer()
    assert chosen is not None
    assert (chosen.id, chosen.name) == ("c-4", "Zahnarzt Ünal")
    assert desk.editor.form.customer.currentText() == "Zahnarzt Ünal"
    assert desk.editor.isVisible()


def test_giving_up_the_new_customer_changes_nothing(open_editor: Open) -> None:
    desk = open_editor()
    desk.keys("Niemand", ENTER)
    dialog_of(desk).reject()
    assert desk.writing.calls == []
    assert desk.editor.form.customer.customer() is None
    assert desk.editor.form.customer.currentText() == "Niemand"


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("name", "  ", "Bitte einen Namen eintragen."),
        ("email", "praxis", "Das ist keine E-Mail-Adresse. Beispiel: info@firma.de"),
        ("email", "a@b.de, c@d.de", "Das ist keine E-Mail-Adresse. Beispiel: info@firma.de"),
        ("postal_code", "5066", "Fünf Ziffern."),
        ("vat_id", "DE12", "Bitte prüfen: DE und neun Ziffern, z. B. DE123456789"),
        ("vat_id", "12345678", "Bitte prüfen: DE und neun Ziffern, z. B. DE123456789"),
        ("vat_id", "123456789", "Die Prüfziffer stimmt nicht. Bitte vergleichen."),
    ],
)
def test_what_is_wrong_stands_beside_the_field(
    qtbot: QtBot, field: str, text: str, message: str
) -> None:
    books = Customers()
    writing = Writing(books)
    dialog = CustomerDialog(writing, FakeBridge(), "Neu GmbH")
    qtbot.addWidget(dialog)
    dialog.open()
    form_field = getattr(dialog, field)
    fill(form_field, text)
    dialog.save()
    assert writing.calls == []
    assert form_field.is_bad()
    assert form_field.message() == message
    assert dialog.focusWidget() is form_field.field


def test_austrian_postal_codes_are_fine(qtbot: QtBot) -> None:
    writing = Writing(Customers())
    dialog = CustomerDialog(writing, FakeBridge(), "Wiener Büro")
    qtbot.addWidget(dialog)
    fill(dialog.postal_code, "1010")
    fill(dialog.vat_id, "ATU13585627")
    country = dialog.country.field
    assert isinstance(country, QComboBox)
    country.setCurrentIndex(country.findData("AT"))
    dialog.save()
    (_, saved, _) = writing.calls[0]
    assert isinstance(saved, Customer)
    assert (saved.country, saved.postal_code, saved.vat_id) == ("AT", "1010", "ATU13585627")


def test_a_refusal_keeps_what_was_typed(qtbot: QtBot) -> None:
    writing = Writing(Customers(), fail_with=UserError("disk_full"))
    dialog = CustomerDialog(writing, FakeBridge(), "Neu GmbH")
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.save()
    assert dialog.isVisible()
    assert dialog.trouble.isVisible()
    assert dialog.trouble.text()
    assert dialog.save_button.isEnabled()
    assert dialog.customer().name == "Neu GmbH"


def test_two_clicks_make_one_customer(qtbot: QtBot) -> None:
    writing = Writing(Customers())
    bridge = FakeBridge()
    bridge.hold = True
    dialog = CustomerDialog(writing, bridge, "Neu GmbH")
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.save()
    dialog.save()
    dialog.reject()  # cannot be taken back now
    assert dialog.isVisible()
    assert len(writing.calls) == 1
    bridge.run_waiting()
    assert not dialog.isVisible()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_text(open_editor: Open, name: str) -> None:
    desk = open_editor(books=Customers([Customer("x", name)]))
    field = desk.editor.form.customer
    desk.keys(DOWN)
    assert offered(desk)[0] == name
    desk.keys(ENTER)
    chosen = field.customer()
    assert chosen is not None
    assert chosen.name == name
    assert desk.editor.number_label.textFormat() is Qt.TextFormat.PlainText


def test_countries_have_german_names() -> None:
    known = countries()
    assert known[:3] == [("DE", "Deutschland"), ("AT", "Österreich"), ("CH", "Schweiz")]
    names = [name for _, name in known[3:]]
    assert "Frankreich" in names
    assert "Europäische Union" not in names
    assert len(known) == len({code for code, _ in known})


def test_mc6_the_example_follows_the_country(qtbot: QtBot) -> None:
    dialog = CustomerDialog(Writing(Customers()), FakeBridge(), "Zürcher Büro")
    qtbot.addWidget(dialog)
    line, country = dialog.vat_id.field, dialog.country.field
    assert isinstance(country, QComboBox) and isinstance(line, QLineEdit)
    assert line.placeholderText() == "z. B. DE136695976"
    fill(dialog.vat_id, "107.787.57")
    dialog.save()
    assert dialog.vat_id.message() == "Bitte prüfen: DE und neun Ziffern, z. B. DE123456789"
    country.setCurrentIndex(country.findData("CH"))
    assert line.placeholderText() == "z. B. CHE107787577 MWST"
    assert dialog.vat_id.message() == "Beispiel: CHE107787577 MWST"
    country.setCurrentIndex(country.findData("US"))
    assert line.placeholderText() == ""
    country.setCurrentIndex(country.findData("CH"))
    fill(dialog.vat_id, "CHE-107.787.577 MWST")
    dialog.save()
    assert not dialog.vat_id.is_bad()
