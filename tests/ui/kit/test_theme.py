"""Fonts, colours and icons."""

from dataclasses import asdict

import pytest
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QIcon, QRawFont
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from workmate_desktop.ui.kit.colors import DARK, LIGHT, Colors
from workmate_desktop.ui.kit.theme import (
    SANS,
    Scheme,
    Theme,
    mono_font,
    sized,
    style_sheet,
    tabular,
)
from workmate_desktop.words.tone import Tone


@pytest.mark.parametrize("weight", [400, 500, 600, 700])
def test_one_family_has_all_weights(theme: Theme, weight: int) -> None:
    info = QFontInfo(sized(QFont(SANS), 13, QFont.Weight(weight)))
    assert (info.family(), info.weight()) == (SANS, weight)


def test_the_fonts_have_the_signs_of_the_screen(theme: Theme) -> None:
    for font, signs in ((QFont(SANS), "→…✓‹€–·×„“äßŞž−"), (mono_font(), "→…€•ß")):
        raw = QRawFont.fromFont(font)
        missing = [sign for sign in signs if raw.glyphIndexesForString(sign) == [0]]
        assert (raw.familyName(), missing) == (font.family(), [])


def test_tabular_digits_are_equally_wide_also_under_the_style_sheet(
    theme: Theme, qtbot: QtBot
) -> None:
    label = QLabel("1")
    qtbot.addWidget(label)
    label.setProperty("role", "strong")
    label.setFont(tabular(label.font()))
    label.ensurePolished()
    metrics = QFontMetricsF(label.font())
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("0000")
    plain = QFontMetricsF(QFont(SANS))
    assert plain.horizontalAdvance("1111") < plain.horizontalAdvance("0000")


def test_a_change_of_scheme_recolours_everything(theme: Theme, qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    theme.set_icon(button, "plus", "text")
    with qtbot.waitSignal(theme.changed):
        theme.set_scheme(Scheme.DARK)
    assert theme.dark
    assert QApplication.palette().window().color() == QColor(DARK.canvas)
    assert DARK.accent in QApplication.instance().styleSheet()
    assert _darkest(button.icon()).lightness() > 128
    theme.set_scheme(Scheme.LIGHT)
    assert _darkest(button.icon()).lightness() < 128


def test_the_same_scheme_again_is_no_change(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_scheme(Scheme.LIGHT)


def test_following_the_system(theme: Theme, qtbot: QtBot) -> None:
    theme.set_scheme(Scheme.SYSTEM)
    assert not theme.dark  # offscreen knows no scheme: light


def test_the_icon_of_an_action_follows_with_its_last_name(theme: Theme, qtbot: QtBot) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    action = field.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
    theme.set_icon(action, "copy", "faint")
    theme.set_icon(action, "check", "text")
    light = _darkest(action.icon())
    theme.set_scheme(Scheme.DARK)
    assert light.lightness() < 128 < _darkest(action.icon()).lightness()


def test_an_icon_makes_no_python_child(theme: Theme, qtbot: QtBot) -> None:
    """Such children crashed Qt while their buttons were destroyed."""
    button = QPushButton()
    qtbot.addWidget(button)
    theme.set_icon(button, "copy")
    assert button.children() == []


def test_icons_are_drawn_in_device_pixels(theme: Theme) -> None:
    picture = theme.pixmap("search", 16, ratio=1.5)
    assert (picture.width(), picture.devicePixelRatio()) == (24, 1.5)


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_words_can_be_read(colors: Colors) -> None:
    """WCAG 2.2, 1.4.3: 4.5 : 1 for text."""
    pairs = [("text", "surface"), ("text", "selected"), ("text", "flash"), ("muted", "surface")]
    pairs += [("muted", "canvas"), ("on_accent", "accent"), ("on_accent", "accent_focus")]
    pairs += [(name, "surface") for name in ("error", "success", "warning", "accent")]
    pairs += [(f"pill_{tone}_text", f"pill_{tone}") for tone in Tone]
    values = asdict(colors)
    ratios = {pair: _contrast(values[pair[0]], values[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


def test_the_style_sheet_has_no_open_names() -> None:
    assert "$" not in style_sheet(LIGHT, dark=False)


def _darkest(icon: QIcon) -> QColor:
    image = icon.pixmap(16).toImage()
    colors = [image.pixelColor(x, y) for x in range(16) for y in range(16)]
    return max(colors, key=lambda color: color.alpha())


def _contrast(one: str, other: str) -> float:
    def luminance(text: str) -> float:
        color = QColor(text)
        parts = (color.redF(), color.greenF(), color.blueF())
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
