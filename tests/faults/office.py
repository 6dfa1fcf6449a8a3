"""An office with books, receive and listener, and what tests ask about it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.factories import (
    SECRET,
    TEST_KEYS,
    OfficeBooks,
    encoded,
    make_books,
    post,
    sign,
)
from tests.factories import TestClock as Clock
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.invoices.lists import EventRow
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.listener.server import Listener
from workmate_desktop.store.database.engine import BUSY_TIMEOUT_MS

TABLES = ("stripe_events", "payments", "invoice_history", "notices")


class Office:
    """The whole core, reached over a socket like Stripe reaches it."""

    def __init__(
        self,
        data_dir: Path,
        keys: StripeKeys | None = TEST_KEYS,
        busy_timeout_ms: int = BUSY_TIMEOUT_MS,
    ) -> None:
        data_dir.mkdir(mode=0o700, exist_ok=True)
        self.at = make_books(data_dir, Clock(), keys, busy_timeout_ms)
        self.listener = Listener(self.at.receive.delivery, on_answer=self.at.receive.answered)
        self.port = self.listener.start(0)

    def close(self) -> None:
        """Stop in the order of the program; twice is fine."""
        self.listener.stop()
        self.at.close()

    # --- what Stripe does ----------------------------------------------------------------

    def deliver(
        self, body: Any, *, secret: str = SECRET, at: datetime | float | None = None
    ) -> int:
        """One signed delivery; the answer."""
        raw = encoded(body)
        return post(self.port, raw, sign(raw, secret, self.at.clock.now() if at is None else at))

    def send(self, body: Any, signature: str | None, **how: Any) -> int:
        """A delivery with this very signature header."""
        return post(self.port, encoded(body), signature, **how)

    # --- what the books say --------------------------------------------------------------

    @property
    def books(self) -> OfficeBooks:
        return self.at

    def row_or_none(self, invoice_id: str) -> InvoiceRow | None:
        return self.at.books.invoice_row(invoice_id)

    def row(self, invoice_id: str) -> InvoiceRow:
        found = self.at.books.invoice_row(invoice_id)
        assert found is not None
        return found

    def event(self, event_id: str) -> EventRow:
        found = self.at.books.event(event_id)
        assert found is not None, f"{event_id} is not kept"
        return found

    def outcome(self, body: dict[str, Any]) -> tuple[str, object]:
        """(outcome, reason) of the kept event."""
        kept = self.event(body["id"])
        return kept.outcome.value, kept.detail.get("reason")

    def counts(self) -> dict[str, int]:
        """Rows of every table that an event may write to."""
        return {name: self.at.value(f"SELECT count(*) FROM {name}") for name in TABLES}

    def notices(self) -> list[str]:
        """Kinds of all notices, oldest first."""
        return [kind for (kind,) in self.at.rows("SELECT kind FROM notices ORDER BY rowid")]

    def actions(self, invoice_id: str) -> list[str]:
        """The Verlauf, oldest first."""
        return [line.action for line in reversed(self.at.books.history(invoice_id))]

    def unassigned(self) -> list[tuple[str, int, str]]:
        """(intent, amount, currency) of the money that waits for staff."""
        return self.at.rows(
            "SELECT stripe_payment_intent_id, amount_minor, currency FROM payments"
            " WHERE invoice_id IS NULL ORDER BY rowid"
        )
