"""Aufgaben im Hintergrund: the line in Protokoll and its dialog say what is, and try again."""

from collections.abc import Mapping

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.fakes import NOW, FakeBridge, FakeClock
from tests.ui.steps.screens import picture_states
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.steps.bar import StepsBar
from workmate_desktop.ui.steps.dialog import StepsDialog
from workmate_desktop.ui.steps.model import Column


class States:
    """What the service answers; a test may change it."""

    def __init__(self, states: Mapping[StepName, StepState]) -> None:
        self.now = states
        self.asked = 0

    def __call__(self) -> Mapping[StepName, StepState]:
        self.asked += 1
        return self.now


def cells(dialog: StepsDialog, column: Column) -> list[str]:
    model = dialog.model
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_md1_the_line_says_what_fails_and_follows(qtbot: QtBot, theme: Theme) -> None:
    bridge, states = FakeBridge(), States(picture_states(well=True))
    bar = StepsBar(theme, states, bridge, FakeClock())
    qtbot.addWidget(bar)
    bridge.reception_changed.emit()
    assert states.asked == 0, "nobody looks"
    bar.show()
    assert bar.summary.full_text().startswith("Alles in Ordnung. Abgleich mit Stripe: heute ")
    states.now = picture_states()
    bridge.reception_changed.emit()
    assert bar.summary.full_text() == (
        "2 fehlgeschlagen: Täglicher Abgleich mit Stripe (dem Schlüssel fehlt das Recht"
        " „Rückbuchungen lesen“) …"
    )
    states.now = {name: StepState() for name in StepName}
    bridge.reception_changed.emit()
    assert bar.summary.full_text() == "Alles in Ordnung."


def test_md1_the_dialog_explains_and_tries_again(qtbot: QtBot, theme: Theme) -> None:
    bridge, states = FakeBridge(), States(picture_states())
    dialog = StepsDialog(theme, states, bridge, FakeClock())
    qtbot.addWidget(dialog)
    assert cells(dialog, Column.NAME)[:2] == ["Täglicher Abgleich mit Stripe", "Daten sichern"]
    assert cells(dialog, Column.STATE)[:3] == [
        "fehlgeschlagen, 9 Versuche",
        "fehlgeschlagen",
        "in Ordnung",
    ]
    assert "Recht „Rückbuchungen lesen“ (Disputes: Read, rak_dispute_read)" in dialog.why.text()
    dialog.table.selectRow(1)
    assert "Neue Daten sind noch nicht gesichert." in dialog.why.text()
    with qtbot.waitSignal(dialog.retry_wanted):
        dialog.retry_button.click()
    states.now = {**picture_states(), StepName.COMPARISON: StepState(done_at=NOW)}
    bridge.reception_changed.emit()
    assert cells(dialog, Column.NAME)[0] == "Daten sichern"
    assert "noch nicht gesichert" in dialog.why.text(), "the chosen one stays chosen"
    dialog.table.selectRow(5)
    assert dialog.why.text() == ""


@pytest.mark.parametrize("name", StepName)
def test_every_step_has_a_name(qtbot: QtBot, theme: Theme, name: StepName) -> None:
    dialog = StepsDialog(theme, lambda: {name: StepState()}, FakeBridge(), FakeClock())
    qtbot.addWidget(dialog)
    assert cells(dialog, Column.NAME)[0] != name.value
