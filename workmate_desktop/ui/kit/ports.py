"""What widgets of every folder need from `bridge.Bridge`; tests hand in small fakes instead."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject

T = TypeVar("T")


class Waiting(Protocol):
    """The way back into the GUI thread."""

    def when_done(
        self,
        future: "Future[T]",
        done: Callable[[T], None] = lambda _result: None,
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Call `done` or `failed` when `future` is answered, unless `owner` is gone by then."""
        ...


class Background(Waiting, Protocol):
    """Work that must not stop the window, answered in the GUI thread."""

    def run_in_background(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] = lambda _result: None,
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Do `work` elsewhere; `done` or `failed` follows."""
        ...
