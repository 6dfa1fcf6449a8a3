"""The whole program with its window, as a user has it in front of him, on a folder of its own."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from workmate_desktop.app.core import Core
from workmate_desktop.app.options import Options
from workmate_desktop.app.pages import Pages
from workmate_desktop.app.window_parts import WindowProgram
from workmate_desktop.gateways.memory_secrets import MemorySecrets

W = TypeVar("W", bound=QWidget)


@dataclass
class Desk:
    """What a person at the desk can do: look, click, type. Nothing else touches the program."""

    program: WindowProgram
    bot: QtBot

    @property
    def core(self) -> Core:
        assert self.program.core is not None
        return self.program.core

    @property
    def pages(self) -> Pages:
        assert self.program.pages is not None
        return self.program.pages

    def wait(self, true: Callable[[], bool], seconds: float = 10) -> None:
        """Until it is so; the loop runs meanwhile."""
        self.bot.waitUntil(true, timeout=int(seconds * 1000))

    def wait_until_ready(self) -> None:
        """The books are open and the listener is bound."""
        self.wait(lambda: self.program.core is not None and self.program.pages is not None)
        self.wait(lambda: self.core.listener.port is not None)

    def button(self, within: QWidget, text: str) -> QAbstractButton:
        """The visible button with this text, mnemonics left out."""
        found = [
            button
            for button in within.findChildren(QAbstractButton)
            if button.text().replace("&", "") == text and button.isVisible()
        ]
        assert len(found) == 1, f"{len(found)} buttons say {text!r}"
        return found[0]

    def click(self, within: QWidget, text: str) -> None:
        """Click the button with this text."""
        button = self.button(within, text)
        assert button.isEnabled(), f"{text!r} cannot be clicked"
        self.bot.mouseClick(button, Qt.MouseButton.LeftButton)

    def dialog(self, kind: type[W]) -> W:
        """The dialog of this kind, once it is open."""
        self.wait(lambda: self._open_dialog(kind) is not None)
        found = self._open_dialog(kind)
        assert found is not None
        return found

    def _open_dialog(self, kind: type[W]) -> W | None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, kind) and isinstance(widget, QDialog) and widget.isVisible():
                return widget
        return None

    def type_into(self, field: QLineEdit, text: str) -> None:
        """Click into a field and type."""
        self.bot.mouseClick(field, Qt.MouseButton.LeftButton)
        field.selectAll()
        self.bot.keyClicks(field, text)


@pytest.fixture
def secrets() -> MemorySecrets:
    """The keyring of the test: a second start on the same folder may be given the same one."""
    return MemorySecrets()


@pytest.fixture
def start(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, secrets: MemorySecrets
) -> Iterator[Callable[..., Desk]]:
    """Starts the program; each one is stopped at the end of the test."""
    running: list[WindowProgram] = []

    def start_program(*, folder: Path | None = None, demo: bool = False, port: int = 0) -> Desk:
        options = Options(
            command="gui", data_dir=folder or tmp_path / "daten", port=port, demo=demo
        )
        program = WindowProgram(qapp, options, None if demo else secrets)
        running.append(program)
        assert program.start()
        return Desk(program, qtbot)

    yield start_program
    for program in running:
        program.stop()
        program.window.deleteLater()


@pytest.fixture
def desk(start: Callable[..., Desk]) -> Desk:
    """A fresh program, ready."""
    ready = start()
    ready.wait_until_ready()
    return ready


@pytest.fixture
def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
