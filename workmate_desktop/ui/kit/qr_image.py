"""QR codes as pictures: black on white whatever the colour scheme, with the quiet zone.

https://www.qrcode.com/en/howto/code.html: four modules of white on every side.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from workmate_desktop.domain.payments.pay_address import PayAddress

QUIET = 4
"""White modules around the code."""


def qr_image(text: PayAddress, pixels: int) -> QImage:
    """An address where a customer may pay, as a square of at most `pixels`, each module a whole
    number of pixels wide.

    Error correction M (15 %): a crease or a stamp on paper does no harm.
    """
    import segno

    code = segno.make(text, error="m", micro=False, boost_error=False)
    rows = [list(row) for row in code.matrix]
    size = len(rows) + 2 * QUIET
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    black = QColor(Qt.GlobalColor.black)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                image.setPixelColor(x + QUIET, y + QUIET, black)
    scale = max(1, pixels // size)
    return image.scaled(size * scale, size * scale)
