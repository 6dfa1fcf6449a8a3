"""Holding the writer, and looking at what it runs."""

import threading

from tests.factories import OfficeBooks
from tests.waiting import PATIENCE
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer


class Gate:
    """A job that holds the writer until it is opened, so that others have to wait together."""

    def __init__(self, writer: Writer) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.future = writer.submit(self._wait)
        assert self.entered.wait(PATIENCE)

    def _wait(self, _t: Transaction) -> None:
        self.entered.set()
        assert self.opened.wait(PATIENCE)

    def open(self) -> None:
        self.opened.set()
        self.future.result(PATIENCE)


def traced(office: OfficeBooks) -> list[str]:
    """Every statement that SQLite itself says it runs on the writer's connection, from now on."""
    statements: list[str] = []
    office.writer.submit(lambda t: t.raw.set_trace_callback(statements.append)).result(PATIENCE)
    office.settled()
    statements.clear()
    return statements
