"""Pills: the words of a status, painted whole or elided, never only a colour."""

from datetime import date

import pytest
from PySide6.QtCore import QModelIndex, QRect
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.ui.kit.gallery import ROWS, RowsModel, table
from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.stripe.events import Outcome, Source
from workmate_desktop.ui.kit.colors import LIGHT
from workmate_desktop.ui.kit.pills import PillLabel, paint_pills, pill_widths, pills_size
from workmate_desktop.ui.kit.theme import Scheme, Theme
from workmate_desktop.words.pills import Pill, outcome_pill, pills_text, status_pills
from workmate_desktop.words.tone import Tone

TODAY = date(2026, 11, 23)
TWO = (Pill("Offen", Tone.BLUE), Pill("Zahlung fehlgeschlagen", Tone.RED))


def _row(
    status: InvoiceStatus, *, due: date = date(2026, 12, 4), paid: int = 0, failed: bool = False
) -> InvoiceRow:
    return InvoiceRow(
        id="1",
        number="RE-2026-0001",
        customer_name="Müller",
        issue_date=TODAY,
        due_date=due,
        total_minor=100,
        paid_minor=paid,
        currency="eur",
        status=status,
        livemode=True,
        payment_failed=failed,
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (_row(InvoiceStatus.DRAFT), "Entwurf"),
        (_row(InvoiceStatus.OPEN), "Offen"),
        (_row(InvoiceStatus.OPEN, failed=True), "Offen, Zahlung fehlgeschlagen"),
        (_row(InvoiceStatus.OPEN, due=date(2026, 11, 22)), "Überfällig"),
        (_row(InvoiceStatus.OPEN, due=TODAY), "Offen"),
        (_row(InvoiceStatus.PARTIALLY_PAID, paid=50), "Teilbezahlt"),
        (
            _row(InvoiceStatus.PARTIALLY_PAID, paid=50, due=date(2026, 1, 1)),
            "Teilbezahlt, Überfällig",
        ),
        (_row(InvoiceStatus.PAID, paid=100, due=date(2026, 1, 1)), "Bezahlt"),
        (_row(InvoiceStatus.PAID, paid=150), "Bezahlt, Überzahlt"),
        (_row(InvoiceStatus.CANCELLED, due=date(2026, 1, 1)), "Storniert"),
    ],
)
def test_words_of_an_invoice(row: InvoiceRow, words: str) -> None:
    assert pills_text(status_pills(row, TODAY)) == words


def test_every_outcome_has_its_own_words() -> None:
    words = {outcome_pill(outcome).text for outcome in Outcome}
    assert words == {"Verbucht", "Fehlgeschlagen", "Doppelt", "Klärung nötig", "Ignoriert"}
    assert outcome_pill(Outcome.BOOKED, Source.CATCH_UP).text == "Verbucht · nachgeholt"


def test_the_last_pill_gives_way_first(theme: Theme) -> None:
    whole = pill_widths(TWO, 1000)
    room = pills_size(TWO).width()
    assert pill_widths(TWO, room) == whole
    tight = pill_widths(TWO, room - 20)
    assert tight == [whole[0], whole[1] - 20]
    assert pill_widths(TWO, 10)[1] == 0


@pytest.mark.parametrize("room", [400, 120, 60, 20, 1])
def test_nothing_is_painted_outside(theme: Theme, room: int) -> None:
    image = QImage(460, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    complete = paint_pills(painter, QRect(10, 0, room, 40), TWO, theme)
    painter.end()
    assert complete == (room == 400)
    right_edge = 10 + max(room, 30)
    outside = {image.pixelColor(x, y).name() for x in range(right_edge + 1, 460) for y in range(40)}
    assert outside == {"#ffffff"}


def test_a_label_is_read_by_its_words(theme: Theme, qtbot: QtBot) -> None:
    label = PillLabel(theme, TWO)
    qtbot.addWidget(label)
    interface = QAccessible.queryAccessibleInterface(label)
    assert interface.text(QAccessible.Text.Name) == "Offen, Zahlung fehlgeschlagen"
    label.resize(60, 19)
    label.show()
    assert label.toolTip() == "Offen, Zahlung fehlgeschlagen"


def test_a_table_paints_pills_in_the_colours_of_the_scheme(theme: Theme, qtbot: QtBot) -> None:
    view = table(theme)
    qtbot.addWidget(view)
    view.resize(900, 300)
    view.show()
    cell = view.visualRect(view.model().index(4, 5))

    def ground() -> str:
        return (
            view.viewport().grab().toImage().pixelColor(cell.left() + 15, cell.center().y()).name()
        )

    light = ground()
    assert QColor(light) == QColor(LIGHT.pill_grey)
    theme.set_scheme(Scheme.DARK)
    assert ground() != light


def test_a_screen_reader_finds_the_words_in_the_cell(theme: Theme, qtbot: QtBot) -> None:
    view = table(theme)
    qtbot.addWidget(view)
    view.show()
    interface = QAccessible.queryAccessibleInterface(view)
    cells = [interface.child(at) for at in range(interface.childCount())]
    names = [cell.text(QAccessible.Text.Name) for cell in cells if cell]
    assert pills_text(ROWS[1][5]) in names


def test_the_model_of_the_gallery_is_sound(qtbot: QtBot) -> None:
    model = RowsModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert model.rowCount(QModelIndex()) == len(ROWS)
