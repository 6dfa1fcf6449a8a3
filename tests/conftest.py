"""Tests of the window run without a screen, in the program's own fonts and colours."""

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
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
def _program_look(request) -> None:
    """A test that opens widgets shows them as the program does."""
    if "qtbot" in request.fixturenames:
        request.getfixturevalue("theme")
