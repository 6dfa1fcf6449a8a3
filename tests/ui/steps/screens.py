"""Aufgaben im Hintergrund, for pictures (tests/screenshots.py)."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tests.ui.fakes import NOW, FakeBridge, FakeClock
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.steps.bar import StepsBar
from workmate_desktop.ui.steps.dialog import StepsDialog


def picture_states(*, well: bool = False) -> Mapping[StepName, StepState]:
    """A key without the right to disputes, and a full disk for one backup."""
    found = {
        name: StepState(done_at=NOW - timedelta(minutes=3 + 7 * place))
        for place, name in enumerate(StepName)
    }
    found[StepName.SEARCH] = StepState()
    if not well:
        found[StepName.COMPARISON] = StepState(
            done_at=NOW - timedelta(days=2),
            failing_since=NOW - timedelta(hours=20),
            failures=9,
            next_at=NOW + timedelta(minutes=32),
            trouble="stripe_no_right",
            right="rak_dispute_read",
        )
        found[StepName.BACKUP] = StepState(
            done_at=NOW - timedelta(hours=2),
            failing_since=NOW - timedelta(minutes=4),
            failures=1,
            next_at=NOW + timedelta(minutes=11),
            trouble="disk_full",
        )
    return found


def dialog(theme: Theme) -> QWidget:
    """Two fail."""
    bridge = FakeBridge()
    made = StepsDialog(theme, picture_states, bridge, FakeClock())
    bridge.setParent(made)
    bridge.run_waiting()
    return made


def bars(theme: Theme) -> QWidget:
    """The line in Protokoll, well and not well."""
    page = QWidget()
    column = QVBoxLayout(page)
    bridge = FakeBridge(page)
    for well in (True, False):
        states = partial(picture_states, well=well)
        bar = StepsBar(theme, states, bridge, FakeClock())
        column.addWidget(bar)
        bar._show(picture_states(well=well))
    column.addStretch(1)
    return page
