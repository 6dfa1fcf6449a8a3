"""Tests of the window run without a screen, in the program's own fonts and colours."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator

import pytest

from workmate_desktop.ui.shared.theme import Scheme, Theme, apply_theme


@pytest.fixture(scope="session")
def theme(qapp) -> Theme:
    """The look of the program, applied once to the application of all tests."""
    return apply_theme(qapp, Scheme.LIGHT)


@pytest.fixture(autouse=True)
def _light(request) -> Iterator[None]:
    """Tests that use the window start in the light scheme, whatever ran before."""
    if "qapp" in request.fixturenames or "qtbot" in request.fixturenames:
        request.getfixturevalue("theme").set_scheme(Scheme.LIGHT)
    yield
