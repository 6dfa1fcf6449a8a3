"""Dialogs of the Stripe tab filled like their pictures, for screenshots."""

from PySide6.QtWidgets import QWidget

from tests.ui.fakes import FakeBridge, FakeClock, row
from tests.ui.stripe.fakes import (
    LIVE_PUBLISHABLE,
    LIVE_SECRET,
    PUBLISHABLE,
    SECRET,
    TEST_KEYS,
    FakeSelfTest,
    FakeSetup,
    FakeSimulation,
    FakeStripeBooks,
    self_test_result,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.reception.self_test import Leg
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.services.connection.public_address import AddressState, PublicAddress
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.connection.configure_dialog import ConfigureDialog
from workmate_desktop.ui.stripe.connection.tunnel_dialog import TunnelDialog
from workmate_desktop.ui.stripe.try_out.self_test_dialog import SelfTestDialog
from workmate_desktop.ui.stripe.try_out.simulate_dialog import SimulateDialog


def configure(theme: Theme) -> QWidget:
    """As in konfigurieren.png: a stored secret key, a wrong webhook secret."""
    bridge = FakeBridge()
    dialog = ConfigureDialog(FakeSetup(TEST_KEYS), bridge)
    bridge.setParent(dialog)
    dialog.test.button.click()
    dialog.webhook_secret.setText("whsek_abc")
    dialog.webhook_secret.toggle.click()
    return dialog


def configure_first(theme: Theme) -> QWidget:
    """The first time, with the first key pasted."""
    dialog = ConfigureDialog(FakeSetup(), FakeBridge())
    dialog.publishable.setText(PUBLISHABLE)
    dialog.secret.setFocus()
    return dialog


def configure_no_keyring(theme: Theme) -> QWidget:
    """The keyring is locked, the file is offered; the mode changes too."""
    setup = FakeSetup(StripeKeys(LIVE_PUBLISHABLE, LIVE_SECRET, TEST_KEYS.webhook_secrets))
    setup.fail_with = UserError("keychain_unavailable", reason="locked")
    dialog = ConfigureDialog(setup, FakeBridge())
    dialog.publishable.setText(PUBLISHABLE)
    dialog.secret.setText(SECRET)
    dialog.save_button.click()
    return dialog


def simulate(theme: Theme) -> QWidget:
    """One payment was sent, the next one may follow."""
    books = FakeStripeBooks()
    for serial, (name, total) in enumerate(
        (
            ("Bäckerei Lindner GmbH", 119000),
            ("Praxis Dr. Aydin", 47600),
            ("<b>Kanzlei</b> Voß & Partner", 238000),
        ),
        start=1,
    ):
        books.add(row(serial, name, total=total, livemode=False))
    simulation = FakeSimulation(effect=lambda invoice_id: books.pay(invoice_id or ""))
    bridge = FakeBridge()
    dialog = SimulateDialog(theme, books, simulation, bridge, FakeClock(), "test-2")
    dialog.send_button.click()
    bridge.invoices_changed.emit(("test-2",))
    return dialog


def self_test(theme: Theme) -> QWidget:
    """The way from outside works."""
    return _self_test(theme, FakeSelfTest())


def self_test_failed(theme: Theme) -> QWidget:
    """ngrok does not reach the listener."""
    return _self_test(
        theme, FakeSelfTest(self_test_result(Leg.LISTENER, "self_test_listener_unreachable"))
    )


def self_test_running(theme: Theme) -> QWidget:
    """On its way."""
    return _self_test(theme, FakeSelfTest(), hold=True)


def _self_test(theme: Theme, fake: FakeSelfTest, *, hold: bool = False) -> QWidget:
    bridge = FakeBridge()
    bridge.hold = hold
    dialog = SelfTestDialog(theme, fake, bridge)
    bridge.setParent(dialog)
    dialog.send()
    return dialog


def tunnel(theme: Theme) -> TunnelDialog:
    """Nothing is entered yet."""
    return _tunnel()


def tunnel_wrong(theme: Theme) -> QWidget:
    """A token is typed, and an address that is none."""
    dialog = _tunnel()
    dialog.token.setText("2abcDEFghiJKLmnoPQRstu_5vwXYZ")
    dialog.domain.setText("keine adresse")
    return dialog


class FakeAddress(PublicAddress):
    """Nothing is set up yet."""

    state = AddressState()

    def __init__(self) -> None:
        pass

    def save(self, token: str | None, domain: str, executable: str) -> None:
        pass


def _tunnel() -> TunnelDialog:
    return TunnelDialog(FakeAddress(), FakeBridge())
