"""Tests of the window run without a screen, in the program's own fonts and colours."""

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workmate_desktop.ui.shared.theme import Theme

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def _dressed(qapp) -> "Theme":
    # Imported here, so that tests without a window do not pay for Qt.
    from workmate_desktop.ui.shared.theme import Scheme, apply_theme

    return apply_theme(qapp, Scheme.LIGHT)


@pytest.fixture
def theme(_dressed) -> "Theme":
    """The look of the program; every test starts in the light scheme."""
    from workmate_desktop.ui.shared.theme import Scheme

    _dressed.set_scheme(Scheme.LIGHT)
    return _dressed


@pytest.fixture(autouse=True)
def _program_look(request) -> "Iterator[None]":
    """A test that opens widgets shows them as the program does, and leaves none open behind it."""
    if "qtbot" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("theme")
    yield
    from PySide6.QtWidgets import QApplication, QDialog

    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.hide()
