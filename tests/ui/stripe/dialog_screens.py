"""Dialogs of the Stripe tab filled like their pictures, for screenshots."""

from PySide6.QtWidgets import QWidget

from tests.ui.fakes import FakeBridge
from tests.ui.stripe.fakes import (
    LIVE_PUBLISHABLE,
    LIVE_SECRET,
    PUBLISHABLE,
    SECRET,
    TEST_KEYS,
    FakeSetup,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.stripe_keys import StripeKeys
from workmate_desktop.ui.shared.theme import Theme
from workmate_desktop.ui.stripe.configure_dialog import ConfigureDialog


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
