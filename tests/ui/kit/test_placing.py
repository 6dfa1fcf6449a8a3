"""A dialog does not cover what it changes."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMargins, QRect, QSize

from workmate_desktop.ui.kit.placing import place_clear_of

SCREEN = QRect(0, 0, 1920, 1040)
FRAME = QMargins(8, 40, 8, 8)
SIZES = [QSize(width, 590) for width in (620, 520, 420)]


def test_over_the_middle_where_that_covers_nothing() -> None:
    window = QRect(200, 100, 1400, 800)
    place = place_clear_of([QRect(300, 200, 100, 600)], SIZES, window, SCREEN)
    assert abs(place.center().x() - window.center().x()) <= 1
    assert place.size() == SIZES[0]


def test_beside_what_is_wished_for_else_beside_what_is_needed() -> None:
    window = QRect(0, 0, 1920, 1040)
    column, cell = QRect(600, 100, 220, 800), QRect(600, 300, 220, 36)
    assert not place_clear_of([column, cell], SIZES, window, SCREEN).intersects(column)
    whole = QRect(0, 0, 1920, 1040)
    assert not place_clear_of([whole, cell], SIZES, window, SCREEN).intersects(cell)


def test_narrower_where_only_that_helps() -> None:
    screen = QRect(0, 0, 1024, 640)
    column = QRect(470, 100, 100, 500)
    place = place_clear_of([column], SIZES, screen, screen)
    assert place.width() == 420
    assert not place.intersects(column)


@given(
    st.builds(QRect, *[st.integers(0, 1500)] * 2, st.integers(40, 400), st.integers(20, 900)),
    st.builds(QRect, *[st.integers(0, 900)] * 2, st.integers(880, 1900), st.integers(560, 1000)),
)
def test_always_on_the_screen(seen: QRect, window: QRect) -> None:
    place = place_clear_of([seen], SIZES, window, SCREEN)
    assert SCREEN.contains(place.marginsAdded(FRAME))
