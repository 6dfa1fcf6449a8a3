"""The dialogs a test has before it."""

from typing import TypeVar

from PySide6.QtWidgets import QApplication, QWidget

W = TypeVar("W", bound=QWidget)


def all_open(kind: type[W]) -> list[W]:
    """All windows of that kind that are shown."""
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]


def opened(kind: type[W]) -> W:
    """The one of that kind; fails when there is none, or another one."""
    (found,) = all_open(kind)
    return found
