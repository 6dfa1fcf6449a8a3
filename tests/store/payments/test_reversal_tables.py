"""Counter-entries, refund requests and fees: written once, whoever writes from outside."""

import sqlite3

import pytest

from tests.store.common.test_tables import insert_all

_AT = "2026-11-23T08:00:00Z"
ENTRY = (
    "INSERT INTO payments (id, invoice_id, amount_minor, currency, method, livemode, received_at,"
    f" created_at, reversal_of, kind, stripe_object_id, reversal_step) VALUES ('g1', 'i1', -1900,"
    f" 'eur', 'card', 1, '{_AT}', '{_AT}', 'z1', 'refund', 're_1', 1)"
)
REQUEST = (
    "INSERT INTO refund_requests (id, payment_id, idempotency_key, amount_minor, currency,"
    " livemode, reason, actor, state, created_at)"
    f" VALUES ('r1', 'z1', 'key1', 1900, 'eur', 1, 'Kulanz', 'anna', 'asked', '{_AT}')"
)
FEE = (
    "INSERT INTO payment_fees (payment_id, balance_transaction_id, fee_minor, net_minor, currency,"
    f" created_at) VALUES ('z1', 'txn_1', 310, 18690, 'eur', '{_AT}')"
)
FORBIDDEN = {
    "amount of an entry": "UPDATE payments SET amount_minor = -1 WHERE id = 'g1'",
    "payment of an entry": "UPDATE payments SET reversal_of = NULL",
    "kind": "UPDATE payments SET kind = 'dispute'",
    "object of an entry": "UPDATE payments SET stripe_object_id = 're_2'",
    "step": "UPDATE payments SET reversal_step = 2",
    "entry deleted": "DELETE FROM payments WHERE id = 'g1'",
    "entry twice": ENTRY.replace("'g1'", "'g2'"),
    "entry replaced": ENTRY.replace("'g1'", "'g2'").replace("INSERT", "REPLACE"),
    "entry of nothing": ENTRY.replace("'g1'", "'g2'")
    .replace("'z1'", "'nobody'")
    .replace("re_1", "re_2"),
    "fee changed": "UPDATE payment_fees SET fee_minor = 1",
    "fee deleted": "DELETE FROM payment_fees",
    "fee replaced": FEE.replace("310", "1").replace("INSERT", "REPLACE"),
    "request changed": "UPDATE refund_requests SET amount_minor = 1",
    "key changed": "UPDATE refund_requests SET idempotency_key = 'key2'",
    "request deleted": "DELETE FROM refund_requests",
    "second open request": REQUEST.replace("'r1'", "'r2'").replace("key1", "key2"),
    "second open request by force": REQUEST.replace("'r1'", "'r2'")
    .replace("key1", "key2")
    .replace("INSERT", "REPLACE"),
    "key twice": REQUEST.replace("'r1'", "'r2'").replace("'asked'", "'done'"),
}
_TABLES = ("invoices", "payments", "payment_fees", "refund_requests")


def _everything(connection: sqlite3.Connection) -> list[object]:
    return [connection.execute(f"SELECT * FROM {name}").fetchall() for name in _TABLES]


@pytest.fixture
def books(outside: sqlite3.Connection) -> sqlite3.Connection:
    insert_all(outside)
    for statement in (ENTRY, REQUEST, FEE):
        outside.execute(statement)
    return outside


@pytest.mark.parametrize("what", FORBIDDEN)
def test_forbidden(books: sqlite3.Connection, what: str) -> None:
    books.execute("PRAGMA foreign_keys=ON")
    before = _everything(books)
    with pytest.raises(sqlite3.IntegrityError):
        books.execute(FORBIDDEN[what])
    assert _everything(books) == before


def test_the_sums_of_the_invoice_follow(books: sqlite3.Connection) -> None:
    sums = "SELECT paid_minor, refunded_minor, charged_back_minor, last_paid_at FROM invoices"
    assert books.execute(sums).fetchone() == (17100, 1900, 0, _AT)
    for number, (amount, kind) in enumerate(
        [(1900, "refund_failed"), (-19000, "dispute"), (19000, "dispute_won"), (-5, "return")]
    ):
        entry = ENTRY.replace("'g1'", f"'h{number}'").replace("-1900", str(amount))
        books.execute(
            entry.replace("'refund'", f"'{kind}'")
            .replace("re_1", f"x_{number}")
            .replace(f"'{_AT}', '{_AT}'", f"'2027-01-01T00:00:00Z', '{_AT}'")
        )
    # Money that came back is no new payment.
    assert books.execute(sums).fetchone() == (18995, 0, 5, _AT)
    books.execute("UPDATE payments SET invoice_id = NULL")
    assert books.execute(sums).fetchone() == (0, 0, 0, None)


def test_a_closed_request_makes_room_for_the_next(books: sqlite3.Connection) -> None:
    books.execute("UPDATE refund_requests SET state = 'done', stripe_refund_id = 're_1'")
    books.execute(REQUEST.replace("'r1'", "'r2'").replace("key1", "key2"))
    assert books.execute("SELECT count(*) FROM refund_requests").fetchone() == (2,)
