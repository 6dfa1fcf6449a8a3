"""Dialogs about notices outside of the window, for pictures (tests/screenshots.py)."""

from PySide6.QtWidgets import QWidget

from tests.ui.fakes import FakeBridge
from tests.ui.notify.fakes import ACCOUNT, FakeMailSettings
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.notify.mail import MailRefusal, MailRefused
from workmate_desktop.services.notify.mail_setup import MailState
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.notify.background_dialog import BackgroundDialog
from workmate_desktop.ui.notify.mail_dialog import MailDialog


def mail(theme: Theme) -> QWidget:
    """Set up, and the test mail went out."""
    dialog = MailDialog(FakeMailSettings(MailState(True, ACCOUNT, True)), FakeBridge())
    dialog.test.button.click()
    return dialog


def mail_first(theme: Theme) -> QWidget:
    """The first time, with a slip."""
    dialog = MailDialog(FakeMailSettings(), FakeBridge())
    dialog.recipient.setText("chefin@firma")
    dialog.server.setText("https://smtp.firma.example")
    dialog.recipient.setText("chefin@")
    return dialog


def mail_refused(theme: Theme) -> QWidget:
    """The test mail was refused."""
    settings = FakeMailSettings(MailState(True, ACCOUNT, True))
    settings.fail_with = MailRefused(MailRefusal.LOGIN_REFUSED, status=535)
    dialog = MailDialog(settings, FakeBridge())
    dialog.test.button.click()
    return dialog


def mail_no_keyring(theme: Theme) -> QWidget:
    """The keyring is locked; the file is offered."""
    settings = FakeMailSettings(MailState(False, ACCOUNT, False))
    settings.fail_with = UserError("keychain_unavailable", reason="locked")
    dialog = MailDialog(settings, FakeBridge())
    dialog.wanted.setChecked(True)
    dialog.password.setText("geheim")
    dialog.save_button.click()
    return dialog


class _Autostart:
    def enabled(self) -> bool:
        return True

    def set_enabled(self, wanted: bool) -> None:
        """Nothing to keep in a picture."""


def background(theme: Theme) -> QWidget:
    """With a tray, both chosen."""
    return BackgroundDialog(_Autostart(), FakeBridge(), stays=True, has_tray=True)


def background_no_tray(theme: Theme) -> QWidget:
    """A desktop without a tray."""
    return BackgroundDialog(_Autostart(), FakeBridge(), stays=False, has_tray=False)
