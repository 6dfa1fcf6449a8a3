"""The QR code is decoded again: on the screen, in the clipboard, on paper; light and dark."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMarginsF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.kit.qr_reader import quiet_zone, read_qr
from workmate_desktop.domain.payments.pay_address import PayAddress
from workmate_desktop.ui.kit.qr_image import qr_image
from workmate_desktop.ui.kit.theme import Scheme, Theme
from workmate_desktop.ui.payments.qr_dialog import QrDialog

URL = PayAddress("https://buy.stripe.com/test_7sI5kD2Xv0aB9qM3cc")


def dialog(qtbot: QtBot, url: PayAddress = URL) -> QrDialog:
    made = QrDialog(None, title="RE-2026-0117", subtitle="Praxis · 476,00\u00a0€", url=url)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize("length", [1, 14, 26, 42, 62, 84, 106, 122, 152, 180])
def test_every_length_of_address_is_read_again(qapp: QApplication, length: int) -> None:
    """Versions 1 to 9."""
    text = PayAddress((URL * 5)[:length])
    image = qr_image(text, 600)
    assert read_qr(image) == text
    assert quiet_zone(image) == 4


def test_the_reader_can_say_no(qapp: QApplication) -> None:
    image = qr_image(URL, 600)
    side = image.width()
    painter = QPainter(image)
    painter.fillRect(side // 2, side // 2, side // 5, side // 8, Qt.GlobalColor.black)
    painter.end()
    with pytest.raises(AssertionError):
        read_qr(image)


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_on_the_screen(qtbot: QtBot, theme: Theme, scheme: Scheme) -> None:
    before = theme.scheme
    theme.set_scheme(scheme)
    made = dialog(qtbot)
    image = made.picture.grab().toImage()
    theme.set_scheme(before)
    assert read_qr(image) == URL
    assert image.width() >= 300


@pytest.mark.parametrize("height", [420, 460, 2000])
def test_me6_on_a_low_screen_the_code_gives_way_and_is_read_still(
    qtbot: QtBot, theme: Theme, height: int
) -> None:
    made = dialog(qtbot)
    made.fit_to(height)
    layout = made.layout()
    assert layout is not None and layout.totalHeightForWidth(made.width()) <= height
    assert read_qr(made.picture.grab().toImage()) == URL
    assert (made.picture.width() >= 300) is (height == 2000)


def test_in_the_clipboard(qtbot: QtBot, theme: Theme) -> None:
    made = dialog(qtbot)
    made.copy_button.click()
    image = QGuiApplication.clipboard().image()
    assert read_qr(image) == URL
    assert image.width() > 800


def test_on_paper(qtbot: QtBot, theme: Theme) -> None:
    made = dialog(qtbot)
    dots = 300 / 25.4
    page = QImage(round(170 * dots), round(250 * dots), QImage.Format.Format_RGB32)
    page.fill(Qt.GlobalColor.white)
    painter = QPainter(page)
    where = made.paint_page(painter, page.width(), dots)
    painter.end()
    assert round(where.width() / dots) == 60  # millimetres
    assert read_qr(page.copy(where)) == URL
    above = page.copy(QRect(0, 0, page.width(), where.top()))
    assert any(above.pixelColor(x, y).lightness() < 128 for x in range(400) for y in range(100))


def test_the_page_is_printed(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    made = dialog(qtbot)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "qr.pdf"))
    a4 = QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4),
        QPageLayout.Orientation.Portrait,
        QMarginsF(20, 20, 20, 20),
        QPageLayout.Unit.Millimeter,
    )
    printer.setPageLayout(a4)
    made.print_to(printer)
    made_pdf = (tmp_path / "qr.pdf").read_bytes()
    assert made_pdf.startswith(b"%PDF") and made_pdf.count(b"/Type /Page\n") == 1
