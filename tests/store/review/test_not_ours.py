"""v0013: the index for payments of other programs, and failures that wait no more."""

import json
from pathlib import Path

from tests.factories import make_books
from tests.waiting import PATIENCE
from workmate_desktop.domain.review import OthersPayments
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.database.engine import FILE_NAME, Database, create_file
from workmate_desktop.store.review import not_ours
from workmate_desktop.store.schema import migrate

_ADD = (
    "INSERT INTO stripe_events (id, type, created_at, received_at, source, outcome, livemode,"
    " payment_intent_id, amount_minor, currency, detail)"
    " VALUES (?, ?, '2026-11-01T08:00:00.000Z', '2026-11-01T08:00:00.000Z', 'webhook', ?, 1,"
    " ?, 1990, 'eur', ?)"
)
PAID, FAILED = "payment_intent.succeeded", "payment_intent.payment_failed"


def _detail(reason: str) -> str:
    return json.dumps({"reason": reason})


def test_mb4_failures_that_waited_wait_no_more_after_the_update(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    create_file(path)
    database = Database(path, Threads())
    with database.writing.connect() as connection:
        migrate.migrate(connection, migrate.KNOWN[migrate.KNOWN.index("0013") - 1])
        for name, kind, reason in (
            ("paid", PAID, "no_invoice"),
            ("failed", FAILED, "no_invoice"),
            ("fault", FAILED, "program_error"),
        ):
            row = (f"evt_{name}", kind, "needs_review", f"pi_{name}", _detail(reason))
            connection.exec_driver_sql(_ADD, row)
        migrate.migrate(connection)
        found = connection.exec_driver_sql("SELECT id, outcome FROM stripe_events ORDER BY id")
        assert [tuple(row) for row in found] == [
            ("evt_failed", "ignored"),
            ("evt_fault", "needs_review"),
            ("evt_paid", "needs_review"),
        ]
    database.close()


def test_mb4_very_many_are_counted_and_listed_from_their_index(tmp_path: Path) -> None:
    office = make_books(tmp_path)
    most = not_ours.MOST_COUNTED

    def fill(t: object, first: int, end: int) -> None:
        detail = _detail("not_ours")
        rows = ((f"evt_{n}", PAID, "ignored", f"pi_{n}", detail) for n in range(first, end))
        t.raw.executemany(_ADD, rows)  # type: ignore[attr-defined]

    office.writer.submit(lambda t: fill(t, 0, most)).result(PATIENCE)
    assert office.review.not_ours() == OthersPayments(most)
    office.writer.submit(lambda t: fill(t, most, most + 500)).result(PATIENCE)
    assert office.review.not_ours() == OthersPayments(most, more=True)
    office.writer.submit(
        lambda t: t.raw.execute(
            _ADD, ("evt_failed", FAILED, "ignored", "pi_f", _detail("not_ours"))
        )
    ).result(PATIENCE)
    page = office.review.not_ours_items()
    assert len(page) == len(office.review.not_ours_items(page[-1])) == 256
    assert "evt_failed" not in {one.id for one in page}
    office.close()
