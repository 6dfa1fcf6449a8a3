"""The payment link as a QR code: large on the screen, on paper, in the clipboard."""

from math import ceil

from PySide6.QtCore import QEvent, QRect, Qt, Slot
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workmate_desktop.domain.payments.pay_address import PayAddress
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.fitting_area import fit_words, room_for
from workmate_desktop.ui.kit.open_outside import copy_image
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.qr_image import qr_image
from workmate_desktop.words.language import _

_SCREEN_PX = 360
_LEAST_PX = 160
_COPY_PX = 1000
_PAPER_MM = 60


class QrDialog(QDialog):
    """`title` is the invoice's number, `subtitle` the customer and the amount."""

    def __init__(
        self, parent: QWidget | None, *, title: str, subtitle: str, url: PayAddress
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("QR-Code zum Bezahlen"))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._title, self._subtitle, self.url = title, subtitle, url
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(4)
        column.addWidget(PlainLabel(title, role="title"))
        column.addWidget(PlainLabel(subtitle, role="muted", wrap=True))
        column.addSpacing(12)
        column.addWidget(self._picture(), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        hint = _("Mit der Kamera des Telefons öffnet sich die Zahlungsseite von Stripe.")
        column.addWidget(PlainLabel(hint, role="small", wrap=True))
        column.addSpacing(12)
        self.print_button = button(_("&Drucken …"))
        self.copy_button = button(_("Bild &kopieren"))
        self.close_button = button(_("Schl&ießen"), kind="primary")
        self.print_button.clicked.connect(self._on_print)
        self.copy_button.clicked.connect(self._on_copy)
        self.close_button.clicked.connect(self.accept)
        self.close_button.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        column.addLayout(buttons)
        buttons.addWidget(self.print_button)
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        self.close_button.setFocus()

    def print_to(self, printer: QPrinter) -> None:
        """One page."""
        page = printer.pageLayout().paintRectPixels(printer.resolution())
        painter = QPainter(printer)
        self.paint_page(painter, page.width(), printer.resolution() / 25.4)
        painter.end()

    def paint_page(self, painter: QPainter, width: int, dots: float) -> QRect:
        """Number, customer and amount, the code 6 cm wide, the address below it.

        `width` of the page in pixels, `dots` per millimetre. Returns where the code stands.
        """
        line = round(8 * dots)
        side = round(_PAPER_MM * dots)
        code = QRect(0, 2 * line, side, side)
        below = code.bottom() + line // 2
        for text, top, height_mm, bold in (
            (self._title, 0, 5.0, True),
            (self._subtitle, line, 4.0, False),
            (self.url, below, 3.2, False),
        ):
            font = painter.font()
            font.setPixelSize(round(height_mm * dots))
            font.setBold(bold)
            painter.setFont(font)
            painter.drawText(QRect(0, top, width, line), Qt.TextFlag.TextSingleLine, text)
        painter.drawImage(code, qr_image(self.url, _COPY_PX))
        return code

    def _picture(self) -> QWidget:
        """White paper around the code, so that cameras read it on a dark screen, too."""
        self.picture = QLabel()
        self.picture.setAccessibleName(_("QR-Code der Zahlungsseite"))
        self._paper = QFrame()
        self._paper.setProperty("part", "paper")
        inside = QVBoxLayout(self._paper)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.picture)
        self._draw(_SCREEN_PX)
        return self._paper

    def _draw(self, side: int) -> None:
        """The code, at most `side` logical pixels wide."""
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(qr_image(self.url, round(side * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        self.picture.setPixmap(pixmap)
        # Whole logical pixels, none of the code's less.
        self._paper.setFixedSize(*(ceil(part) for part in pixmap.deviceIndependentSize().toTuple()))

    def fit_to(self, height: int) -> None:
        """Make the code smaller until the dialog is not higher than this; phones read it still."""
        layout = self.layout()
        assert layout is not None
        for side in range(_SCREEN_PX, _LEAST_PX - 1, -40):
            self._draw(side)
            layout.activate()
            if layout.totalHeightForWidth(layout.sizeHint().width()) <= height:
                break
        self.resize(layout.sizeHint().width(), self.height())

    def event(self, event: QEvent) -> bool:
        """Always as high as the words need, and never higher than the screen."""
        if event.type() == QEvent.Type.Show:
            self.fit_to(room_for(self))
        handled = super().event(event)
        fit_words(self, event)
        return handled

    @Slot()
    def _on_copy(self) -> None:
        copy_image(qr_image(self.url, _COPY_PX))
        self.copy_button.setText(_("Kopiert"))

    @Slot()
    def _on_print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setModal(True)
        dialog.accepted.connect(lambda: self.print_to(printer))
        dialog.show()
