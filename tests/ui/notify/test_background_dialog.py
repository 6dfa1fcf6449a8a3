"""Im Hintergrund: two choices, and what this PC can do."""

from dataclasses import dataclass

from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from tests.ui.fakes import FakeBridge
from workmate_desktop.domain.errors import UserError
from workmate_desktop.ui.notify.background_dialog import BackgroundDialog


@dataclass
class FakeAutostart:
    on: bool = False
    fail_with: Exception | None = None

    def enabled(self) -> bool:
        return self.on

    def set_enabled(self, wanted: bool) -> None:
        if self.fail_with is not None:
            raise self.fail_with
        self.on = wanted


def dialog(
    qtbot: QtBot, autostart: FakeAutostart, *, stays: bool = False, has_tray: bool = True
) -> BackgroundDialog:
    bridge = FakeBridge()
    made = BackgroundDialog(autostart, bridge, stays=stays, has_tray=has_tray)
    bridge.setParent(made)
    qtbot.addWidget(made)
    made.show()
    return made


def test_both_choices_are_saved(qtbot: QtBot, theme: object) -> None:
    autostart = FakeAutostart()
    made = dialog(qtbot, autostart, stays=True)
    assert made.stays()
    made.stay.click()
    made.with_session.click()
    made.save_button.click()
    assert (made.stays(), autostart.on) == (False, True)
    assert made.result() == QDialog.DialogCode.Accepted


def test_without_a_tray_there_is_no_choice_of_staying(qtbot: QtBot, theme: object) -> None:
    made = dialog(qtbot, FakeAutostart(on=True), stays=True, has_tray=False)
    assert not made.stay.isEnabled()
    assert not made.stays()
    assert "Schließen beendet" in made.stay_hint.text()
    assert made.with_session.isChecked()


def test_a_refusal_is_told_in_a_sentence(qtbot: QtBot, theme: object) -> None:
    made = dialog(qtbot, FakeAutostart(fail_with=UserError("autostart_failed")))
    made.with_session.click()
    made.save_button.click()
    assert made.isVisible()
    assert made.failure.text().startswith("Der Start bei der Anmeldung")
    assert made.save_button.isEnabled()
