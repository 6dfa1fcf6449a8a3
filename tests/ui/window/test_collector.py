"""Widgets in reference cycles are freed in the GUI thread, whoever allocates."""

import gc
import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from workmate_desktop.ui.window.collector import GuiCollector


class Caught(QObject):
    """An object in a cycle with itself; says in which thread it was freed."""

    freed_in: list[str]

    def __init__(self, freed_in: list[str]) -> None:
        super().__init__()
        self.me = self
        self.freed_in = freed_in

    def __del__(self) -> None:
        self.freed_in.append(threading.current_thread().name)


def churn() -> None:
    """Enough cycles that Python would collect by itself."""
    for _ in range(20_000):
        cycle: list[object] = []
        cycle.append(cycle)


def test_another_thread_never_frees_a_widget(qtbot: QtBot) -> None:
    gc.enable()
    collector = GuiCollector()
    freed_in: list[str] = []
    try:
        Caught(freed_in)
        thread = threading.Thread(target=churn, name="writer")
        thread.start()
        thread.join()
        assert freed_in == []
        collector.collect_what_is_due()
        assert freed_in == [threading.current_thread().name]
    finally:
        collector.close()
        assert gc.isenabled()
        gc.disable()  # as the suite has it


def test_closing_gives_back_what_was_before(qtbot: QtBot) -> None:
    assert not gc.isenabled(), "the suite collects by itself"
    collector = GuiCollector()
    collector.close()
    collector.close()
    assert not gc.isenabled()


def test_what_the_start_made_is_not_looked_through_again(qtbot: QtBot) -> None:
    collector = GuiCollector()
    try:
        collector.keep_all()
        assert gc.get_freeze_count() > 10_000
        assert len(gc.get_objects()) < 1_000
    finally:
        collector.close()
    assert gc.get_freeze_count() == 0
