"""Books that were killed or cut, compared with what must be in them."""

import sqlite3
from pathlib import Path
from typing import Any

from tests.factories import OfficeBooks, make_books
from tests.faults.kill_events import TOTAL
from tests.faults.reference_model import Model
from workmate_desktop.services.upkeep.seal_check import SealCheck


def wrong_statuses(books: sqlite3.Connection) -> list[Any]:
    """Issued invoices whose status does not follow from their payments."""
    return books.execute(
        "SELECT i.id, i.status, sum(p.amount_minor) FROM invoices i"
        " LEFT JOIN payments p ON p.invoice_id = i.id GROUP BY i.id HAVING i.status !="
        " CASE WHEN coalesce(sum(p.amount_minor), 0) >= i.total_minor THEN 'paid'"
        " WHEN sum(p.amount_minor) > 0 THEN 'partially_paid' ELSE 'open' END"
    ).fetchall()


def compare_with_model(data_dir: Path, invoices: list[str], made: list[dict[str, Any]]) -> None:
    """0 lost, 0 double, 0 wrong status, 0 missing notices, integrity and seals ok."""
    model = Model({one: {"state": "issued", "total": TOTAL, "currency": "eur"} for one in invoices})
    for event in made:
        model.take(event)
    books = make_books(data_dir)
    try:
        assert books.value("PRAGMA integrity_check") == "ok"
        assert books.rows("PRAGMA foreign_key_check") == []
        ids = [row[0] for row in books.rows("SELECT id FROM stripe_events")]
        assert sorted(ids) == sorted(model.seen_events)
        money = books.rows(
            "SELECT stripe_payment_intent_id, invoice_id, amount_minor FROM payments"
        )
        assert len(money) == len(model.money)
        assert {intent: (to, amount) for intent, to, amount in money} == model.money
        for one in invoices:
            row = books.books.invoice_row(one)
            assert row is not None
            found = (row.status.value, row.paid_minor, row.payment_failed)
            assert found == (model.status(one), model.paid(one), model.failed_marker(one))
        lines = books.value("SELECT count(*) FROM invoice_history WHERE action = 'payment_booked'")
        assert lines == sum(1 for to, _ in model.money.values() if to is not None)
        _compare_notices(books, model, invoices, made)
        findings = SealCheck(books.writer, books.database, books.clock, lambda: None).run().findings
        assert not findings.tampered
        assert not findings.added
    finally:
        books.close()


def _compare_notices(
    books: OfficeBooks, model: Model, invoices: list[str], made: list[dict[str, Any]]
) -> None:
    """One for each failure of an invoice and for all money that needs a person; one for too much
    money. Nobody is asked about failures of no invoice of ours.
    """
    told = dict(
        books.rows(
            "SELECT event_id, count(*) FROM notices WHERE event_id IS NOT NULL GROUP BY event_id"
        )
    )
    assert set(told.values()) <= {1}
    failed = [event for event in made if event["kind"] == "failed"]
    failures = {event["id"] for event in failed if event["invoice"] in invoices}
    assert failures <= set(told), f"no notice: {failures - set(told)}"
    unassigned = [to for to, _ in model.money.values() if to is None]
    assert len(set(told) - failures) == len(unassigned)
    overpaid = {
        row[0] for row in books.rows("SELECT invoice_id FROM notices WHERE kind = 'overpaid'")
    }
    assert overpaid == {one for one in invoices if model.paid(one) > TOTAL}
