"""Remembers beside the books which invoice numbers were given, after each commit that gave some.

Where the file cannot be written, the log says so; the books themselves know the numbers, and the
next one that is given is noted with all before it.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from workmate_desktop.domain.stripe.events import StripeEvent
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.invoices import given_numbers
from workmate_desktop.store.invoices.numbers import next_of
from workmate_desktop.store.transaction import Transaction

logger = logging.getLogger("workmate.store")


class GivenNumbers:
    """Called on the writer's thread, once for a commit: so nobody else writes the file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, invoice_ids: Sequence[str]) -> None:
        """These invoices were issued."""
        with self._database.reader() as connection:
            free = next_of(connection, invoice_ids)
        self.keep([free])

    def all(self) -> given_numbers.Free:
        """What the books know. Reads every number: for the background, on any thread."""
        with self._database.reader() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            return given_numbers.first_free(raw)

    def keep(self, known: Sequence[given_numbers.Free]) -> None:
        """Note these."""
        try:
            given_numbers.remember(self._folder, given_numbers.highest(*known))
        except OSError as error:
            logger.warning("The numbers could not be noted: %s", error.strerror)

    def forget_test(self, _counts: Sequence[int]) -> None:
        """Test data was deleted: test invoices are counted anew."""
        try:
            given_numbers.forget_test_numbers(self._folder)
        except OSError as error:
            logger.warning("The numbers could not be noted: %s", error.strerror)

    @property
    def _folder(self) -> Path:
        return self._database.path.parent


def note_number_of(t: Transaction, event: StripeEvent, instance_id: str) -> None:
    """An event that bears our mark and names an invoice in no book here, since an older backup took
    their place: its number is with a customer and must not be given again."""
    if event.workmate_instance == instance_id and event.invoice_number is not None:
        t.numbers.seen(event.invoice_number, event.created.year, livemode=event.livemode)
