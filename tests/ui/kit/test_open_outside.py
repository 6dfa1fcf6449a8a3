"""The one door to the desktop: what passes, and what does not."""

import pytest
from PySide6.QtCore import QUrl

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.payments.pay_address import PayAddress, PayHosts
from workmate_desktop.ui.kit.open_outside import OpenOutside, OutsidePage, open_page

STRIPES = "https://buy.stripe.com/test_1"


class Desktop:
    """Notes what it is handed."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.works = True

    def open(self, address: QUrl) -> bool:
        self.opened.append(address.toString())
        return self.works


def test_sa3_a_page_of_stripe_is_opened_as_it_is() -> None:
    desktop = Desktop()
    outside = OpenOutside(desktop.open)
    assert outside.open(outside.pay_address(STRIPES))
    assert desktop.opened == [STRIPES]
    desktop.works = False
    assert not outside.open(outside.pay_address(STRIPES))


@pytest.mark.parametrize("address", ["file:///etc/passwd", "https://evil.example/", "", None])
def test_sa3_everything_else_is_refused_at_the_door_once_more(address: str | None) -> None:
    desktop = Desktop()
    outside = OpenOutside(desktop.open)
    with pytest.raises(UserError):
        outside.pay_address(address)
    with pytest.raises(UserError):
        outside.open(PayAddress(str(address)))
    assert desktop.opened == []


def test_sa3_what_the_account_has_confirmed_is_asked_anew_each_time() -> None:
    desktop = Desktop()
    known = PayHosts()
    outside = OpenOutside(desktop.open, lambda: known)
    with pytest.raises(UserError):
        outside.pay_address("https://pay.kit.de/x")
    known = PayHosts(own="kit.de")
    assert outside.open(outside.pay_address("https://pay.kit.de/x"))


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "file:///etc/passwd",
        "mailto:a@b.de?subject=x&attach=/etc/passwd",
        "mailto:a@b.de?bcc=c@d.de",
        "mailto:a@b.de?body=" + "x" * 9000,
    ],
)
def test_sa3_a_mail_holds_recipient_subject_and_text(address: str) -> None:
    desktop = Desktop()
    assert not OpenOutside(desktop.open).write_mail(address)
    assert desktop.opened == []
    assert OpenOutside(desktop.open).write_mail("mailto:a@b.de?subject=x&body=y")
    assert len(desktop.opened) == 1


def test_sa3_no_other_page_than_ours() -> None:
    desktop = Desktop()
    for page in OutsidePage:
        open_page(page, desktop.open)
    assert desktop.opened == [page.value for page in OutsidePage]
    with pytest.raises(ValueError, match="not a valid OutsidePage"):
        open_page("https://evil.example/", desktop.open)  # type: ignore[arg-type]
