"""Reads the figures in the background, one reading at a time, and never shows an old book's."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.lists import Figures, InvoiceQuery

if TYPE_CHECKING:
    from workmate_desktop.bridge import Bridge
    from workmate_desktop.services.books import Books

logger = logging.getLogger("workmate.ui")

_PAUSE_MS = 1000
"""While payments come in without an end the figures follow once in so long: reading them takes
from the writer, and nobody can read sums that change more often."""


class FiguresReader(QObject):
    """`query` is asked for book and day; `show` gets what was read for that book."""

    def __init__(
        self,
        books: "Books",
        bridge: "Bridge",
        query: Callable[[], InvoiceQuery],
        show: Callable[[Figures], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._books = books
        self._bridge = bridge
        self._query = query
        self._show = show
        self._reading = False
        self._stale = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_over)
        self._awaited = False

    def follow(self) -> None:
        """Something changed: read again, now or at the end of the pause."""
        if self._pause.isActive():
            self._awaited = True
        else:
            self.refresh()

    def refresh(self) -> None:
        """Read again; what is asked for meanwhile follows once."""
        if self._reading:
            self._stale = True
            return
        self._reading = True
        self._awaited = False
        self._pause.start()
        query = self._query()
        self._bridge.run_in_background(
            lambda: (query.livemode, self._books.figures(query.livemode, query.today)),
            self._on_read,
            self._on_failed,
            self,
        )

    @Slot()
    def _on_pause_over(self) -> None:
        if self._awaited:
            self.refresh()

    def _on_read(self, answer: tuple[bool, Figures]) -> None:
        self._reading = False
        livemode, figures = answer
        fits = livemode == self._query().livemode
        if fits:
            self._show(figures)
        if self._stale or not fits:
            self._stale = False
            self.refresh()

    def _on_failed(self, error: Exception) -> None:
        # The next change tries again; until then the old figures stand. The bridge logs every bug.
        self._reading = False
        self._stale = False
        if isinstance(error, UserError):
            logger.warning("Reading the figures failed: %s", error.code)
