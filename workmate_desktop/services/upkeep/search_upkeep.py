"""Keeps the search of events quick: adds to its index what came since, out of a payment's way."""

from workmate_desktop.domain.waiting import Signal
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.events import search as event_search
from workmate_desktop.store.writer import Writer

_WORTH_IT = 1000
"""So few events are read as quickly as they are looked up."""
_PAUSE_SECONDS = 0.02


class SearchUpkeep:
    """Blocks until all is added (a minute for ten years, once): for the background."""

    def __init__(self, writer: Writer, database: Database, worth_it: int = _WORTH_IT) -> None:
        self._writer = writer
        self._database = database
        self._worth_it = worth_it

    def due(self) -> bool:
        """Enough came to add it."""
        with self._database.snapshot() as connection:
            return event_search.waiting(connection) >= self._worth_it

    def run(self, stop: Signal) -> None:
        """Add it in short transactions; `stop` ends it after one of them.

        Raises StoreUnavailable. What was added stays: the next run goes on from there.
        """
        more = True
        while more and not stop.wait(_PAUSE_SECONDS):
            more = self._writer.submit(lambda t: event_search.add_some(t.raw)).result()
            self._merge(stop)

    def _merge(self, stop: Signal) -> None:
        while self._writer.submit(lambda t: event_search.merge_some(t.raw)).result():
            if stop.wait(_PAUSE_SECONDS):
                return
