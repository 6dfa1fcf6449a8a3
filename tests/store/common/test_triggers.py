"""What must not change does not change, whoever writes: the triggers of the database."""

import sqlite3

import pytest

from tests.factories import OfficeBooks, customer, draft, event_body, issued, make_books, sign
from tests.factories import encoded as raw
from tests.store.common.test_tables import ROWS, insert, insert_all
from tests.waiting import PATIENCE

FORBIDDEN = {
    "history text": "UPDATE invoice_history SET detail = '{\"a\": 1}'",
    "history deleted": "DELETE FROM invoice_history",
    "history replaced": "REPLACE INTO invoice_history (id, invoice_id, at, action, actor)"
    " VALUES ('h1', 'i1', 'x', 'x', 'x')",
    "amount": "UPDATE payments SET amount_minor = 1",
    "intent": "UPDATE payments SET stripe_payment_intent_id = 'pi_2'",
    "currency of a payment": "UPDATE payments SET currency = 'usd'",
    "time of a payment": "UPDATE payments SET received_at = 'x'",
    "note of a payment": "UPDATE payments SET note = 'x'",
    "payment to test data": "UPDATE payments SET livemode = 0",
    "payment deleted": "DELETE FROM payments",
    "payment replaced": "REPLACE INTO payments (id, amount_minor, currency, method, livemode,"
    " received_at, created_at) VALUES ('z1', 1, 'eur', 'card', 1, 'x', 'x')",
    "payment replaced by its intent": "REPLACE INTO payments (id, stripe_payment_intent_id,"
    " amount_minor, currency, method, livemode, received_at, created_at)"
    " VALUES ('z9', 'pi_1', 1, 'eur', 'card', 1, 'x', 'x')",
    "total": "UPDATE invoices SET total_minor = 1",
    "number": "UPDATE invoices SET number = 'RE-2026-0001'",
    "number taken away": "UPDATE invoices SET number = NULL",
    "customer": "UPDATE invoices SET customer_id = NULL",
    "currency": "UPDATE invoices SET currency = 'usd'",
    "issue date": "UPDATE invoices SET issue_date = '2026-01-01'",
    "due date": "UPDATE invoices SET due_date = '2026-01-01'",
    "book": "UPDATE invoices SET livemode = 0",
    "name on it": "UPDATE invoices SET customer_name = 'x'",
    "note": "UPDATE invoices SET note = 'x'",
    "a draft again": "UPDATE invoices SET status = 'draft'",
    "unknown status": "UPDATE invoices SET status = 'lost'",
    "invoice deleted": "DELETE FROM invoices",
    "invoice replaced": "REPLACE INTO invoices (id, number, status, livemode, currency,"
    " total_minor, created_at) VALUES ('i1', 'RE-2026-0007', 'open', 1, 'eur', 1, 'x')",
    "number taken by another": "UPDATE OR REPLACE invoices SET number = 'RE-2026-0007'"
    " WHERE id = 'i2'",
    "position changed": "UPDATE invoice_items SET unit_price_minor = 1",
    "position deleted": "DELETE FROM invoice_items",
    "position added": "INSERT INTO invoice_items (id, invoice_id, position, description,"
    " quantity, unit_price_minor, tax_rate_percent) VALUES ('p2', 'i1', 2, 'x', '1', 1, '19')",
    "payment of nothing": "INSERT INTO payments (id, amount_minor, currency, method, livemode,"
    " received_at, created_at) VALUES ('z2', 0, 'eur', 'card', 1, 'x', 'x')",
    "second payment of an intent": "INSERT INTO payments (id, stripe_payment_intent_id,"
    " amount_minor, currency, method, livemode, received_at, created_at)"
    " VALUES ('z2', 'pi_1', 1, 'eur', 'card', 1, 'x', 'x')",
    "number twice": "INSERT INTO invoices (id, number, status, livemode, currency,"
    " total_minor, created_at) VALUES ('i9', 'RE-2026-0007', 'open', 1, 'eur', 1, 'x')",
}
_TABLES = ("invoices", "invoice_items", "payments", "invoice_history")


def _everything(connection: sqlite3.Connection) -> list[object]:
    return [connection.execute(f"SELECT * FROM {name}").fetchall() for name in _TABLES]


@pytest.mark.parametrize("foreign_keys", ["ON", "OFF"])
@pytest.mark.parametrize("what", FORBIDDEN)
def test_forbidden(outside: sqlite3.Connection, what: str, foreign_keys: str) -> None:
    insert_all(outside)
    insert(outside, "invoices", ("i2", None, "c1", "draft", 1, "eur", 1, None, None, "x"))
    outside.execute(f"PRAGMA foreign_keys={foreign_keys}")
    before = _everything(outside)
    with pytest.raises(sqlite3.IntegrityError):
        outside.execute(FORBIDDEN[what])
    assert _everything(outside) == before


def test_a_payment_may_be_assigned_and_its_assignment_taken_back(
    outside: sqlite3.Connection,
) -> None:
    insert_all(outside)
    outside.execute("UPDATE payments SET invoice_id = NULL")
    outside.execute("UPDATE payments SET invoice_id = 'i1'")
    with pytest.raises(sqlite3.IntegrityError):
        outside.execute("UPDATE payments SET invoice_id = 'nobody'")


def test_status_may_follow_the_payments_and_a_cancelled_invoice_stays(
    outside: sqlite3.Connection,
) -> None:
    insert_all(outside)
    for status in ("partially_paid", "paid", "open", "cancelled"):
        outside.execute("UPDATE invoices SET status = ?", (status,))
    with pytest.raises(sqlite3.IntegrityError):
        outside.execute("UPDATE invoices SET status = 'open'")


def test_drafts_may_be_changed_and_deleted(outside: sqlite3.Connection) -> None:
    insert(outside, "customers", ROWS["customers"])
    insert(outside, "invoices", ("i2", None, "c1", "draft", 1, "eur", 1, None, None, "x"))
    insert(outside, "invoice_items", ("p9", "i2", 1, "x", "1", "", 1, "19"))
    outside.execute("UPDATE invoices SET total_minor = 2, note = 'x', livemode = 0")
    outside.execute("UPDATE invoice_items SET description = 'y'")
    outside.execute("DELETE FROM invoice_items")
    outside.execute("DELETE FROM invoices")


def test_test_data_can_be_deleted_and_real_data_stays(tmp_path) -> None:  # type: ignore[no-untyped-def]
    office: OfficeBooks = make_books(tmp_path)
    try:
        real = office.invoicing.issue(draft(customer(office), livemode=True)).result(PATIENCE)
        paid = issued(office)
        body = raw(event_body(paid, amount=99999))
        assert office.receive.delivery(body, sign(body)).result(PATIENCE) == 200
        cash = office.invoicing.add_manual_payment(paid, 100, "cash", office.clock.today()).result(
            PATIENCE
        )
        office.invoicing.reverse_payment(cash, "Irrtum").result(PATIENCE)
        assert office.invoicing.delete_test_data().result(PATIENCE) == 1
        assert office.books.invoice_row(paid) is None
        assert office.books.invoice_row(real) is not None
        for table in ("payments", "stripe_events", "notices"):
            assert office.value(f"SELECT count(*) FROM {table}") == 0
        assert len(office.books.history(real)) == 2
        assert office.value("SELECT count(*) FROM invoice_search") == 1
        assert (
            office.invoicing.next_number(office.clock.today(), livemode=False) == "TEST-2026-0001"
        )
    finally:
        office.close()
