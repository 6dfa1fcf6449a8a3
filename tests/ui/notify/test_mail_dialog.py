"""E-Mail bei Meldungen: checked while typing, the stored password survives."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.fakes import FakeBridge
from tests.ui.notify.fakes import ACCOUNT, FakeMailSettings
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.notify.mail import MailField, MailRefusal, MailRefused, MailSecurity
from workmate_desktop.services.notify.mail_setup import MailState
from workmate_desktop.ui.notify.mail_dialog import MailDialog
from workmate_desktop.words.mail_messages import mail_words
from workmate_desktop.words.messages import error_sentence

STORED = MailState(True, ACCOUNT, True)


def dialog(
    qtbot: QtBot, settings: FakeMailSettings, bridge: FakeBridge | None = None
) -> MailDialog:
    bridge = bridge or FakeBridge()
    made = MailDialog(settings, bridge)
    bridge.setParent(made)
    qtbot.addWidget(made)
    made.show()
    return made


def fill(made: MailDialog) -> None:
    made.recipient.setText("chefin@firma.example")
    made.server.setText("smtp.firma.example")
    made.user.setText("buero@firma.example")
    made.password.setText("geheim")


def test_the_first_time(qtbot: QtBot, theme: object) -> None:
    settings = FakeMailSettings()
    made = dialog(qtbot, settings)
    assert made.wanted.isChecked()
    assert not made.save_button.isEnabled()
    assert not made.test.button.isEnabled()
    assert not any(field.is_bad() for field in made.fields.values())  # nothing is wrong yet
    fill(made)
    assert made.save_button.isEnabled()
    qtbot.mouseClick(made.save_button, Qt.MouseButton.LeftButton)
    assert settings.saved == [(ACCOUNT, "geheim", False)]
    assert made.result() == MailDialog.DialogCode.Accepted


def test_a_stored_password_survives_an_edit_and_is_never_shown(qtbot: QtBot, theme: object) -> None:
    settings = FakeMailSettings(STORED)
    made = dialog(qtbot, settings)
    assert made.password.text() == ""
    assert made.password.placeholderText() == "gespeichert"
    made.recipient.setText("andere@firma.example")
    made.save_button.click()
    assert settings.saved == [(replace(ACCOUNT, recipient="andere@firma.example"), None, False)]


@pytest.mark.parametrize(
    ("field", "text", "kind"),
    [
        ("recipient", "chefin@", MailField.RECIPIENT),
        ("server", "https://smtp.de", MailField.SERVER),
        ("port", "99999999", MailField.PORT),
        ("port", "abc", MailField.PORT),
        ("from_address", "buero", MailField.SENDER),
    ],
)
def test_checked_while_typing(
    qtbot: QtBot, theme: object, field: str, text: str, kind: MailField
) -> None:
    made = dialog(qtbot, FakeMailSettings(STORED))
    getattr(made, field).setText(text)
    assert made.fields[kind].is_bad()
    assert made.fields[kind].message().endswith(".")
    assert not made.save_button.isEnabled()
    assert not made.test.button.isEnabled()


@pytest.mark.parametrize(
    "typed", ["info@bäckerei-müller.de", " info@ba\u0308ckerei-mu\u0308ller.de\u00a0"]
)
def test_me5_an_address_with_umlauts_is_one(qtbot: QtBot, theme: object, typed: str) -> None:
    settings = FakeMailSettings(STORED)
    made = dialog(qtbot, settings)
    made.recipient.setText(typed)
    made.from_address.setText(typed)
    assert made.problems() == {}
    made.save_button.click()
    saved = settings.saved[0][0]
    assert (saved.recipient, saved.sender) == ("info@bäckerei-müller.de",) * 2


def test_in_the_clear_only_on_this_pc(qtbot: QtBot, theme: object) -> None:
    made = dialog(qtbot, FakeMailSettings(STORED))
    made.security.setCurrentIndex(list(MailSecurity).index(MailSecurity.NONE))
    assert made.port.text() == "25"
    assert made.fields[MailField.SECURITY].is_bad()
    made.server.setText("localhost")
    assert not made.fields[MailField.SECURITY].is_bad()
    made.port.setText("2525")
    made.security.setCurrentIndex(list(MailSecurity).index(MailSecurity.TLS))
    assert made.port.text() == "2525"  # an own port stays


def test_turning_off_needs_no_valid_fields(qtbot: QtBot, theme: object) -> None:
    settings = FakeMailSettings(STORED)
    made = dialog(qtbot, settings)
    made.server.setText("")
    made.wanted.click()
    made.save_button.click()
    assert (settings.turned_off, settings.saved) == (1, [])


def test_the_tick_shows_what_was_saved(qtbot: QtBot, theme: object) -> None:
    made = dialog(qtbot, FakeMailSettings(MailState(declined=True)))
    assert not made.wanted.isChecked()


def test_it_opens_in_the_middle_and_whole_on_the_screen(qtbot: QtBot, theme: object) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 700)
    window.move(0, 0)
    window.show()
    bridge = FakeBridge()
    made = MailDialog(FakeMailSettings(), bridge, window)
    bridge.setParent(made)
    made.show()
    qtbot.waitUntil(lambda: made.height() > 300)
    middle = made.geometry().center().y()
    assert abs(middle - window.geometry().center().y()) < 30
    assert made.geometry().bottom() <= made.screen().availableGeometry().bottom()


def test_a_test_mail_and_its_sentence(qtbot: QtBot, theme: object) -> None:
    settings = FakeMailSettings(STORED)
    made = dialog(qtbot, settings)
    made.test.button.click()
    assert settings.tested == [(ACCOUNT, None)]
    assert made.test.answer.text().startswith("Gesendet an chefin@firma.example.")
    settings.fail_with = MailRefused(MailRefusal.LOGIN_REFUSED, status=535)
    made.test.button.click()
    assert "Anmeldung abgelehnt" in made.test.answer.text()
    made.server.setText("smtp.andere.example")  # the answer was about other fields
    assert made.test.answer.text() == ""


def test_a_late_answer_is_dropped(qtbot: QtBot, theme: object) -> None:
    bridge = FakeBridge()
    bridge.hold = True
    made = dialog(qtbot, FakeMailSettings(STORED), bridge)
    made.test.button.click()
    assert made.test.running
    assert made.test.button.text() == "&Test abbrechen"
    made.port.setText("465")
    bridge.run_waiting()
    assert made.test.answer.text() == ""
    made.test.button.click()
    made.test.button.click()
    assert made.test.answer.text() == "Der Test wurde abgebrochen."
    bridge.run_waiting()
    assert made.test.answer.text() == "Der Test wurde abgebrochen."


def test_without_a_keyring_the_file_is_offered(qtbot: QtBot, theme: object) -> None:
    settings = FakeMailSettings()
    settings.fail_with = UserError("keychain_unavailable", reason="locked")
    made = dialog(qtbot, settings)
    fill(made)
    made.save_button.click()
    assert made.file_offer.isVisible()
    assert "gesperrt" in made.failure.text()
    made.file_offer.button.click()
    assert settings.saved == [(ACCOUNT, "geheim", True)]


@pytest.mark.parametrize("kind", MailRefusal)
def test_every_refusal_has_its_sentence_and_action(kind: MailRefusal) -> None:
    sentence, action = error_sentence(MailRefused(kind))
    assert (sentence, action) == mail_words()[f"mail_{kind.value}"]
    assert sentence.endswith(".") and action.endswith(".")
