"""Konfigurieren: checks while typing, secrets that survive an edit, the test of the connection."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE, FakeBridge
from tests.ui.stripe.fakes import (
    LIVE_PUBLISHABLE,
    LIVE_SECRET,
    PUBLISHABLE,
    SECRET,
    TEST_KEYS,
    WEBHOOK_SECRET,
    FakeSetup,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.secrets import KeychainProblem
from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.ui.kit.open_outside import OutsidePage
from workmate_desktop.ui.stripe.connection.configure_dialog import ConfigureDialog
from workmate_desktop.words.key_messages import KeyKind


def _message(dialog: ConfigureDialog, kind: KeyKind) -> str:
    return dialog.fields[kind].message()


def test_first_set_up_with_the_keyboard_alone(
    qtbot: QtBot, opened: Callable[[FakeSetup], ConfigureDialog]
) -> None:
    setup = FakeSetup()
    dialog = opened(setup)
    assert not dialog.save_button.isEnabled()
    assert dialog.focusWidget() is dialog.publishable
    qtbot.keyClicks(dialog.publishable, PUBLISHABLE)
    qtbot.keyClick(dialog.publishable, Qt.Key.Key_Tab)
    qtbot.keyClicks(dialog.focusWidget(), SECRET)
    qtbot.keyClick(dialog.secret, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.webhook_secret
    qtbot.keyClicks(dialog.focusWidget(), WEBHOOK_SECRET)
    qtbot.keyClick(dialog.webhook_secret, Qt.Key.Key_Return)
    assert setup.calls == [("save", PUBLISHABLE, SECRET, WEBHOOK_SECRET, False)]
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_an_edit_without_retyping_keeps_the_secrets(
    qtbot: QtBot, opened: Callable[[FakeSetup], ConfigureDialog]
) -> None:
    setup = FakeSetup(TEST_KEYS)
    dialog = opened(setup)
    assert dialog.secret.text() == dialog.webhook_secret.text() == ""
    assert dialog.secret.placeholderText().endswith("4242")
    assert dialog.webhook_secret.placeholderText().endswith("9f3a")
    dialog.publishable.setText(PUBLISHABLE + "x")
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert setup.calls == [("save", PUBLISHABLE + "x", None, None, False)]


def test_no_widget_ever_holds_a_stored_secret(
    opened: Callable[[FakeSetup], ConfigureDialog],
) -> None:
    dialog = opened(FakeSetup(TEST_KEYS))
    for edit in dialog.findChildren(QLineEdit):
        for text in (edit.text(), edit.placeholderText(), edit.accessibleDescription()):
            assert SECRET not in text
            assert WEBHOOK_SECRET not in text


@pytest.mark.parametrize("around", ["  {}  ", "\n{}\r\n", "\u200b{}\ufeff", "\t{}\u00a0"])
def test_pasted_blanks_are_trimmed(
    opened: Callable[[FakeSetup], ConfigureDialog], around: str
) -> None:
    setup = FakeSetup()
    dialog = opened(setup)
    for edit, key in (
        (dialog.publishable, PUBLISHABLE),
        (dialog.secret, SECRET),
        (dialog.webhook_secret, WEBHOOK_SECRET),
    ):
        QGuiApplication.clipboard().setText(around.format(key))
        edit.paste()
        assert edit.text() == key
    assert dialog.save_button.isEnabled()
    QGuiApplication.clipboard().clear()


def test_keys_of_two_modes_are_refused(opened: Callable[[FakeSetup], ConfigureDialog]) -> None:
    dialog = opened(FakeSetup())
    dialog.publishable.setText(PUBLISHABLE)
    dialog.secret.setText(LIVE_SECRET)
    assert dialog.fields[KeyKind.SECRET].is_bad()
    assert "Anderer Modus" in _message(dialog, KeyKind.SECRET)
    assert not dialog.save_button.isEnabled()
    dialog.secret.setText(SECRET)
    assert dialog.save_button.isEnabled()


def test_a_stored_secret_of_the_other_mode_is_refused_too(
    opened: Callable[[FakeSetup], ConfigureDialog],
) -> None:
    dialog = opened(FakeSetup(TEST_KEYS))
    dialog.publishable.setText(LIVE_PUBLISHABLE)
    assert dialog.fields[KeyKind.SECRET].is_bad()
    assert not dialog.save_button.isEnabled()


def test_changing_the_mode_is_warned_of(opened: Callable[[FakeSetup], ConfigureDialog]) -> None:
    dialog = opened(FakeSetup(TEST_KEYS))
    assert dialog.mode_warning.isHidden()
    dialog.publishable.setText(LIVE_PUBLISHABLE)
    dialog.secret.setText(LIVE_SECRET)
    assert "echtes Geld" in dialog.mode_warning.text()
    assert "Webhook Secret" in dialog.mode_warning.text()
    assert dialog.save_button.isEnabled()


def test_the_reason_stands_under_the_field(opened: Callable[[FakeSetup], ConfigureDialog]) -> None:
    dialog = opened(FakeSetup())
    dialog.webhook_secret.setText("whsek_abc")
    assert _message(dialog, KeyKind.WEBHOOK_SECRET).startswith("Muss mit whsec_ beginnen.")
    dialog.publishable.setText(SECRET)
    assert "geheimer Schlüssel" in _message(dialog, KeyKind.PUBLISHABLE)
    dialog.secret.setText(PUBLISHABLE)
    assert "Publishable Key" in _message(dialog, KeyKind.SECRET)
    dialog.secret.setText("sk_test_ab!cdef")
    assert "Zeichen" in _message(dialog, KeyKind.SECRET)


def test_a_key_that_is_only_begun_is_not_yet_wrong(
    opened: Callable[[FakeSetup], ConfigureDialog],
) -> None:
    dialog = opened(FakeSetup())
    dialog.publishable.setText("pk_t")
    assert not dialog.fields[KeyKind.PUBLISHABLE].is_bad()
    assert not dialog.save_button.isEnabled()
    dialog.publishable.setText("pk_x")
    assert dialog.fields[KeyKind.PUBLISHABLE].is_bad()


def test_the_webhook_secret_may_be_missing_but_not_silently(
    opened: Callable[[FakeSetup], ConfigureDialog],
) -> None:
    setup = FakeSetup()
    dialog = opened(setup)
    dialog.publishable.setText(PUBLISHABLE)
    dialog.secret.setText(SECRET)
    assert dialog.no_webhook_secret.isVisible()
    assert dialog.save_button.isEnabled()
    dialog.webhook_secret.setText(WEBHOOK_SECRET)
    assert not dialog.no_webhook_secret.isVisible()


def test_several_webhook_secrets_while_one_is_rolled(
    opened: Callable[[FakeSetup], ConfigureDialog],
) -> None:
    dialog = opened(FakeSetup(TEST_KEYS))
    dialog.webhook_secret.setText("whsec_abcdefgh,whsec_ijklmnop")
    assert dialog.save_button.isEnabled()
    dialog.webhook_secret.setText("whsec_abcdefgh,oops")
    assert not dialog.save_button.isEnabled()


def test_show_only_what_was_typed(
    qtbot: QtBot, opened: Callable[[FakeSetup], ConfigureDialog]
) -> None:
    dialog = opened(FakeSetup(TEST_KEYS))
    assert not dialog.secret.toggle.isVisible()
    dialog.secret.setText(SECRET)
    assert dialog.secret.echoMode() is QLineEdit.EchoMode.Password
    qtbot.mouseClick(dialog.secret.toggle, Qt.MouseButton.LeftButton)
    assert dialog.secret.echoMode() is QLineEdit.EchoMode.Normal
    dialog.secret.clear()
    dialog.secret.setText(SECRET)
    assert dialog.secret.echoMode() is QLineEdit.EchoMode.Password


def test_keys_of_the_environment_are_only_shown(
    opened: Callable[[FakeSetup], ConfigureDialog],
) -> None:
    setup = FakeSetup(TEST_KEYS, from_environment=frozenset({"publishable", "secret"}))
    dialog = opened(setup)
    assert dialog.publishable.isReadOnly()
    assert dialog.secret.isReadOnly()
    assert not dialog.webhook_secret.isReadOnly()
    assert "WORKMATE_STRIPE_SECRET_KEY" in _message(dialog, KeyKind.SECRET)
    assert dialog.publishable.placeholderText() == "pk_test_…Zt8Q"
    dialog.webhook_secret.setText(WEBHOOK_SECRET)
    dialog.save_button.click()
    assert setup.calls == [("save", "", None, WEBHOOK_SECRET, False)]


def test_all_from_the_environment_leaves_nothing_to_save(
    opened: Callable[[FakeSetup], ConfigureDialog],
) -> None:
    names = frozenset({"publishable", "secret", "webhook_secret"})
    dialog = opened(FakeSetup(TEST_KEYS, from_environment=names))
    assert not dialog.save_button.isEnabled()
    assert dialog.test.button.isEnabled()


@pytest.mark.parametrize("problem", KeychainProblem)
def test_without_a_keyring_the_file_is_offered_openly(
    opened: Callable[[FakeSetup], ConfigureDialog], problem: KeychainProblem
) -> None:
    setup = FakeSetup(TEST_KEYS)
    setup.fail_with = UserError("keychain_unavailable", reason=problem.value)
    dialog = opened(setup)
    assert not dialog.file_offer.isVisible()
    dialog.save_button.click()
    assert dialog.isVisible()
    assert dialog.file_offer.isVisible()
    assert "Passwortspeicher" in dialog.failure.text()
    setup.fail_with = None
    dialog.file_offer.button.click()
    assert [call[-1] for call in setup.calls] == [False, True]
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_enter_takes_the_offered_file(
    opened: Callable[[FakeSetup], ConfigureDialog], qtbot: QtBot
) -> None:
    """It has the focus ring; Enter once tried the keyring again, and nothing was seen."""
    setup = FakeSetup(TEST_KEYS)
    setup.fail_with = UserError("keychain_unavailable", reason="no_backend")
    dialog = opened(setup)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.file_offer.button.isDefault()
    setup.fail_with = None
    qtbot.keyClick(dialog.file_offer.button, Qt.Key.Key_Return)
    assert [call[-1] for call in setup.calls] == [False, True]


def test_a_saving_under_way_is_waited_for(
    opened: Callable[[FakeSetup], ConfigureDialog], bridge: FakeBridge
) -> None:
    setup = FakeSetup(TEST_KEYS)
    dialog = opened(setup)
    bridge.hold = True
    dialog.save_button.click()
    dialog.save_button.click()
    dialog.reject()
    assert dialog.isVisible()
    assert not dialog.secret.isEnabled()
    bridge.run_waiting()
    assert len(setup.calls) == 1
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_keys_that_could_not_be_read_are_told(
    opened: Callable[[FakeSetup], ConfigureDialog],
) -> None:
    keys = StripeKeys(PUBLISHABLE)
    dialog = opened(FakeSetup(keys, trouble="keychain_locked"))
    assert "gesperrt" in dialog.failure.text()
    assert not dialog.save_button.isEnabled()


def test_the_dashboard_opens_in_the_browser(qtbot: QtBot, bridge: FakeBridge) -> None:
    visited: list[OutsidePage] = []
    dialog = ConfigureDialog(FakeSetup(), bridge, open_address=visited.append)
    qtbot.addWidget(dialog)
    dialog.dashboard_link.click()
    assert visited == [OutsidePage.STRIPE_KEYS]


def test_every_control_has_a_name(opened: Callable[[FakeSetup], ConfigureDialog]) -> None:
    dialog = opened(FakeSetup(TEST_KEYS))
    names = [edit.accessibleName() for edit in (dialog.publishable, dialog.secret)]
    assert names == ["Publishable Key", "Secret Key"]
    assert dialog.secret.toggle.accessibleName() == "Secret Key: anzeigen"


@pytest.mark.parametrize("name", HOSTILE)
def test_the_name_of_the_account_is_shown_as_it_is(
    opened: Callable[[FakeSetup], ConfigureDialog], name: str
) -> None:
    setup = FakeSetup(TEST_KEYS, answer=AccountInfo("acct_1", name, livemode=True))
    dialog = opened(setup)
    dialog.test.button.click()
    assert dialog.test.answer.text() == f"Verbunden mit „{name}“"
    assert dialog.test.answer.textFormat() is Qt.TextFormat.PlainText


def test_on_a_small_screen_the_fields_scroll_and_the_buttons_stay(
    qtbot: QtBot, opened: Callable[[FakeSetup], ConfigureDialog]
) -> None:
    dialog = opened(FakeSetup(TEST_KEYS))
    dialog.resize(520, 330)
    qtbot.waitUntil(lambda: dialog.height() == 330)
    for made in (dialog.save_button, dialog.cancel_button, dialog.test.button):
        corner = made.mapTo(dialog, made.rect().bottomRight())
        assert dialog.rect().contains(corner)
    dialog.secret.setFocus()
    qtbot.keyClick(dialog.secret, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.webhook_secret
    qtbot.waitUntil(
        lambda: (
            dialog.webhook_secret.visibleRegion().boundingRect().height()
            == dialog.webhook_secret.height()
        )
    )


def test_a_long_reason_has_the_whole_width_above_the_buttons(
    qtbot: QtBot, opened: Callable[[FakeSetup], ConfigureDialog]
) -> None:
    setup = FakeSetup(TEST_KEYS, fail_with=UserError("stripe_wrong_key"))
    dialog = opened(setup)
    save = dialog.save_button.mapTo(dialog, dialog.save_button.rect().topLeft())
    qtbot.mouseClick(dialog.test.button, Qt.MouseButton.LeftButton)
    answer = dialog.test.answer
    qtbot.waitUntil(lambda: bool(answer.text()))
    qtbot.waitUntil(lambda: answer.height() >= answer.heightForWidth(answer.width()))
    assert answer.width() == dialog.contentsRect().width() - 48  # the margins
    below = dialog.save_button.mapTo(dialog, dialog.save_button.rect().topLeft())
    assert answer.mapTo(dialog, answer.rect().bottomLeft()).y() < below.y()
    assert below.y() - save.y() <= 16  # one more line at most


def test_tab_goes_from_field_to_field_before_it_shows_secrets(
    qtbot: QtBot, opened: Callable[[FakeSetup], ConfigureDialog]
) -> None:
    dialog = opened(FakeSetup())
    dialog.secret.setText(SECRET)
    dialog.webhook_secret.setText(WEBHOOK_SECRET)
    dialog.publishable.setFocus()
    met = []
    for _ in range(5):
        met.append(dialog.focusWidget())
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    fields = [dialog.publishable, dialog.secret, dialog.webhook_secret]
    assert met == [*fields, dialog.secret.toggle, dialog.webhook_secret.toggle]
