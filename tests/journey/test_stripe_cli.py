"""The real Stripe CLI, from `stripe trigger` to the paid invoice in the database.

The whole program without its window, as `serve` builds it: stand-in → CLI → HTTP → row.
"""

import queue
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from tests.standins.stripe_cli import StripeCli, find_stripe_cli
from tests.standins.stripe_cli_sessions import CLI_SECRET, CliSessions
from tests.waiting import PATIENCE
from workmate_desktop.app.core import Core
from workmate_desktop.app.options import Options
from workmate_desktop.app.outside import Outside
from workmate_desktop.domain.changes import Change, InvoiceChanged
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import (
    InvoiceDraft,
    InvoiceItem,
    InvoiceRow,
    InvoiceStatus,
)
from workmate_desktop.domain.stripe.events import Outcome, Source
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.services.log import ProgramLog

pytestmark = pytest.mark.stripe_cli

PRICE: dict[str, Any] = {"override": ["payment_intent:currency=eur", "payment_intent:amount=11900"]}


@dataclass
class Office:
    """A running program without its window, and one open Testrechnung over 119,00 €."""

    core: Core
    log: ProgramLog
    cli: StripeCli
    sessions: CliSessions
    invoice_id: str
    changes: "queue.Queue[str]"

    def row_after_a_change(self) -> InvoiceRow:
        """The invoice's row as soon as the program has announced a change of it."""
        while self.changes.get(timeout=PATIENCE) != self.invoice_id:
            pass
        return self.row()

    def log_lines(self) -> list[str]:
        """What was logged about Stripe; nothing is logged any more afterwards."""
        self.log.stop()
        return [one.text for one in self.log.entries() if one.text.startswith("[Stripe]")]

    def row(self) -> InvoiceRow:
        row = self.core.books.invoice_row(self.invoice_id)
        assert row is not None
        return row


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    program = find_stripe_cli()
    if program is None:
        pytest.skip("no Stripe CLI here: npm install @stripe/cli, or name it in STRIPE_CLI")
    changes: queue.Queue[str] = queue.Queue()

    def note(announced: Sequence[Change]) -> None:
        for change in announced:
            if isinstance(change, InvoiceChanged):
                changes.put(change.invoice_id)

    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    with ExitStack() as stack:
        stripe = stack.enter_context(StripeStandIn())
        sessions = stack.enter_context(CliSessions(stripe))
        cli = stack.enter_context(StripeCli(program, stripe.url, SECRET_KEY, tmp_path))
        options = Options(
            "serve",
            data_dir,
            port=0,
            stripe_publishable_key=PUBLISHABLE_KEY,
            stripe_secret_key=SECRET_KEY,
            stripe_webhook_secret=CLI_SECRET,
            stripe_api_base=stripe.url,
        )
        log = ProgramLog(data_dir)
        log.start()
        stack.callback(log.stop)
        core = Core(options, Outside.real(options))
        stack.callback(core.stop)
        core.start()
        customer_id = core.invoicing.save_customer(Customer("", "Bäckerei Müßig & Söhne")).result(
            PATIENCE
        )
        item = InvoiceItem("Beratung", Decimal(1), "Std.", 10_000, Decimal(19))
        draft = InvoiceDraft(
            customer_id, date(2026, 11, 2), date(2026, 11, 30), (item,), livemode=False
        )
        invoice_id = core.invoicing.issue(draft).result(PATIENCE)
        core.announcer.listen(note)
        secret = cli.listen(f"http://127.0.0.1:{core.listener.port}{WEBHOOK_PATH}")
        assert secret == CLI_SECRET
        yield Office(core, log, cli, sessions, invoice_id, changes)


def test_trigger_succeeded_pays_the_invoice(office: Office) -> None:
    number = office.row().number
    office.cli.trigger(
        "payment_intent.succeeded", add=[f"payment_intent:metadata.invoice_id={number}"], **PRICE
    )
    assert office.row_after_a_change().status is InvoiceStatus.PAID
    [payment] = office.core.books.payments(office.invoice_id)
    assert (payment.amount_minor, payment.currency, payment.livemode) == (11900, "eur", False)
    assert office.sessions.wait_for_replies(1)[0]["status"] == 200
    event = office.core.books.last_event()
    assert event is not None
    assert (event.outcome, event.source) == (Outcome.BOOKED, Source.WEBHOOK)
    assert office.log_lines()[-2:] == [
        "[Stripe] Webhook verified: payment_intent.succeeded",
        f"[Stripe] Payment recorded for Invoice {number}: €119.00",
    ]


def test_trigger_failed_leaves_it_open_and_a_later_success_pays_it(office: Office) -> None:
    by_id = [f"payment_intent:metadata.invoice_id={office.invoice_id}"]
    office.cli.trigger("payment_intent.payment_failed", add=by_id, **PRICE)
    assert office.row_after_a_change().status is InvoiceStatus.OPEN
    [attempt] = office.core.books.failed_attempts(office.invoice_id)
    assert attempt.decline_code == "generic_decline"
    assert office.core.books.unread_notices() == 1
    assert office.sessions.wait_for_replies(1)[0]["status"] == 200

    office.cli.trigger("payment_intent.succeeded", add=by_id, **PRICE)
    assert office.row_after_a_change().status is InvoiceStatus.PAID


def test_trigger_without_an_invoice_is_kept_for_review(office: Office) -> None:
    office.cli.trigger("payment_intent.succeeded", **PRICE)
    assert office.sessions.wait_for_replies(1)[0]["status"] == 200
    event = office.core.books.last_event()
    assert event is not None
    assert event.outcome is Outcome.NEEDS_REVIEW
    assert office.row().status is InvoiceStatus.OPEN
