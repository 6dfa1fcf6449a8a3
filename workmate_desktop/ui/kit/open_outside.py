"""The one door from the window to the desktop: browser, mail program, clipboard.

    outside = OpenOutside(opener, hosts=pay.hosts)
    outside.open(outside.pay_address(link.url))     or outside.write_mail(address)
    open_page(OutsidePage.STRIPE_KEYS)                     copy_text("RE-2026-0001")

The desktop opens whatever it is handed: a program behind `file://`, a login at a stranger's server
behind `smb://`. So nothing else in the program hands it anything (a test looks), and here only
three kinds pass: our own few pages, an address where a customer may pay, a mail with nothing in it
but recipient, subject and text. Nothing here opens files or folders.
"""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QUrl, QUrlQuery
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage

from workmate_desktop.domain.payments.pay_address import PayAddress, PayHosts

Opener = Callable[[QUrl], bool]
"""Hands an address to the desktop; False when there is no program for it."""

_LONGEST_MAIL = 8000
"""Characters of an encoded mail; ours have about 900."""
_FIELDS = {"subject", "body"}


class OutsidePage(StrEnum):
    """Pages that staff need to look at in the browser."""

    STRIPE_KEYS = "https://dashboard.stripe.com/apikeys"
    NGROK_TOKEN = "https://dashboard.ngrok.com/get-started/your-authtoken"


def by_desktop(address: QUrl) -> bool:
    """The opener of the program itself."""
    return QDesktopServices.openUrl(address)


class OpenOutside:
    """Opens, through `opener`, where customers pay and the mails to them. GUI thread."""

    def __init__(self, opener: Opener = by_desktop, hosts: Callable[[], PayHosts] = PayHosts):
        self._opener = opener
        self._hosts = hosts

    def pay_address(self, address: object) -> PayAddress:
        """`address`, if a customer may be sent there: to be opened, copied, shown as a code or
        mailed. Raises UserError pay_address_wrong, pay_address_foreign."""
        return self._hosts().checked(address)

    def open(self, address: PayAddress) -> bool:
        """In the browser. False when there is none. Raises as `pay_address`."""
        return self._opener(QUrl(self.pay_address(address), QUrl.ParsingMode.StrictMode))

    def write_mail(self, mail: str) -> bool:
        """A percent-encoded `mailto:` in the mail program. False when there is none, or when
        something else than recipient, subject and text stands in it."""
        address = QUrl.fromEncoded(mail.encode(), QUrl.ParsingMode.StrictMode)
        fields = {name for name, _text in QUrlQuery(address).queryItems()}
        if address.scheme() != "mailto" or len(mail) > _LONGEST_MAIL or not fields <= _FIELDS:
            return False
        return self._opener(address)


def open_page(page: OutsidePage, opener: Opener = by_desktop) -> None:
    """One of our own few pages, in the browser."""
    opener(QUrl(OutsidePage(page)))


def copy_text(text: str) -> None:
    """Put it on the clipboard."""
    QGuiApplication.clipboard().setText(text)


def copy_image(image: QImage) -> None:
    """Put it on the clipboard."""
    QGuiApplication.clipboard().setImage(image)
