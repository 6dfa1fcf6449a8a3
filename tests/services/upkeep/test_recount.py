"""What the stored sums say is compared with the payments, mended, and named in one notice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import OfficeBooks, customer, draft, make_books
from tests.waiting import PATIENCE
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.upkeep.recount import Recount
from workmate_desktop.store.database.driver import create_file
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.store.notify import notices as notice_rows
from workmate_desktop.store.schema import migrate
from workmate_desktop.store.upkeep import recount as rows
from workmate_desktop.words.notice_words import notice_words

TOTAL = 11900  # of the factories' draft


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


def _issued(office: OfficeBooks) -> str:
    return office.invoicing.issue(draft(customer(office))).result(PATIENCE)


def _paid(office: OfficeBooks, minor: int = TOTAL) -> str:
    invoice_id = _issued(office)
    today = office.clock.today()
    office.invoicing.add_manual_payment(invoice_id, minor, "cash", today).result(PATIENCE)
    return invoice_id


def _spoil(office: OfficeBooks, invoice_id: str, **columns: object) -> None:
    names = ", ".join(f"{name} = ?" for name in columns)

    def job(t: Any) -> None:
        t.raw.execute(f"UPDATE invoices SET {names} WHERE id = ?", (*columns.values(), invoice_id))

    office.writer.submit(job).result(PATIENCE)


def _notices(office: OfficeBooks) -> list[Any]:
    with office.database.reader() as connection:
        found = notice_rows.notice_page(connection, unread_only=False, limit=50)
    return [notice for notice in found if notice.kind == NoticeKind.SUMS_MENDED.value]


def _recount(office: OfficeBooks) -> Recount:
    return Recount(office.writer, office.database, office.clock)


def test_ma_sums_that_do_not_follow_are_mended_and_named_once(office: OfficeBooks) -> None:
    wrong, right = _paid(office, 5000), _paid(office)
    _spoil(office, wrong, paid_minor=TOTAL, status="paid")
    _recount(office).run()
    row, other = office.books.invoice_row(wrong), office.books.invoice_row(right)
    assert row is not None and other is not None
    assert (row.status.value, row.paid_minor, row.outstanding_minor) == (
        "partially_paid", 5000, TOTAL - 5000,
    )  # fmt: skip
    (notice,) = _notices(office)
    words = notice_words(notice)
    assert row.number is not None and other.number is not None
    assert row.number in words.why and "69,00" in words.why and "0,00" in words.why
    assert other.number not in words.why
    again = _recount(office)
    again.run()
    assert len(_notices(office)) == 1


def test_ma_what_was_forgiven_is_reckoned_anew(office: OfficeBooks) -> None:
    invoice_id = _paid(office)
    _spoil(office, invoice_id, forgiven_minor=5000)
    _recount(office).run()
    assert office.value("SELECT forgiven_minor FROM invoices WHERE id = ?", invoice_id) == 0


def test_ma_after_a_start_only_what_was_paid_since_is_looked_at(office: OfficeBooks) -> None:
    old = _paid(office)
    _recount(office).run()
    _spoil(office, old, closed_minor=1)
    new = _paid(office, 100)
    _spoil(office, new, closed_minor=1)
    second = _recount(office)
    assert second.due()
    second.run()
    assert not second.due()
    assert office.value("SELECT closed_minor FROM invoices WHERE id = ?", new) == 0
    assert office.value("SELECT closed_minor FROM invoices WHERE id = ?", old) == 1
    office.clock.advance(days=1)
    assert second.due()  # the daily look finds the other one as well
    second.run()
    assert office.value("SELECT closed_minor FROM invoices WHERE id = ?", old) == 0


def test_ma_a_kill_before_the_notice_loses_no_name(office: OfficeBooks) -> None:
    invoice_id = _paid(office, 5000)
    _spoil(office, invoice_id, paid_minor=0, status="open")
    killed = _recount(office)
    office.writer.submit(lambda t: killed._mend_all([invoice_id], t)).result(PATIENCE)
    assert not _notices(office)
    assert office.books.invoice_row(invoice_id).paid_minor == 5000
    _recount(office).run()
    (notice,) = _notices(office)
    assert notice.invoice_id == invoice_id


_AT = "2026-11-20T0{hour}:00:00.000Z"
_OLD = (
    # Paid by Stripe, entered by hand as well, given back as too much, the entry taken back (A1).
    ("a1", "RE-2026-0001", "open", [("s", 10000, 1), ("h", 10000, 2), ("r", -10000, 3),
        ("u", -10000, 4)]),
    # The bank took more than was paid (A4).
    ("a4", "RE-2026-0004", "open", [("s", 10000, 1), ("d", -10450, 2)]),
    # A part was given back on purpose, and is nothing to tell.
    ("a6", "RE-2026-0006", "partially_paid", [("s", 10000, 1), ("r", -5050, 2)]),
)  # fmt: skip


def _old_books(path: Path) -> None:
    create_file(path)
    database = Database(path, Threads())
    with database.writing.connect() as connection:
        migrate.migrate(connection, "0010")
        for key, number, status, entries in _OLD:
            connection.exec_driver_sql(
                "INSERT INTO invoices (id, number, status, livemode, total_minor, created_at)"
                " VALUES (?, ?, ?, 1, 10000, ?)",
                (key, number, status, _AT.format(hour=0)),
            )
            for kind, minor, hour in entries:
                at = _AT.format(hour=hour)
                stripe = kind in "srd"
                connection.exec_driver_sql(
                    "INSERT INTO payments (id, invoice_id, stripe_payment_intent_id, amount_minor,"
                    " currency, method, livemode, received_at, created_at, reverses_id,"
                    " reversal_of, kind, stripe_object_id, reversal_step)"
                    " VALUES (?, ?, ?, ?, 'eur', 'card', 1, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        f"{key}{kind}", key, f"pi_{key}" if kind == "s" else None, minor, at, at,
                        f"{key}h" if kind == "u" else None,
                        f"{key}s" if kind in "rd" else None,
                        {"r": "refund", "d": "dispute"}.get(kind),
                        f"re_{key}" if stripe and kind != "s" else None,
                        1 if stripe and kind != "s" else None,
                    ),
                )  # fmt: skip
    database.close()


def test_ma_books_of_an_older_version_are_right_and_told(tmp_path: Path) -> None:
    """What was issued stays as it was; what is owed is right, and one notice names what changed."""
    _old_books(tmp_path / FILE_NAME)
    office = make_books(tmp_path)
    before = office.rows("SELECT id, number, total_minor, status, paid_minor FROM invoices")
    _recount(office).run()
    owed = {key: office.books.invoice_row(key).outstanding_minor for key, *_ in _OLD}
    assert owed == {"a1": 10000, "a4": 10000, "a6": 0}
    part = office.books.invoice_row("a6")
    assert part is not None and part.partly_refunded
    after = office.rows("SELECT id, number, total_minor, status, paid_minor FROM invoices")
    assert before == after
    (notice,) = _notices(office)
    why = notice_words(notice).why
    assert "RE-2026-0001" in why and "RE-2026-0004" in why and "RE-2026-0006" not in why
    assert "104,50" in why and "100,00" in why
    assert office.rows("SELECT value FROM settings WHERE key = ?", rows.BEFORE) == []
    office.close()


def test_ma_corrections_count_as_they_stand(office: OfficeBooks) -> None:
    """119,00 with a correction of 40,00: 79,00 are asked for; a second one is only a draft."""
    invoice_id = _issued(office)

    def correct(t: Any) -> None:
        for key, number, status, minor in (
            ("k1", "RE-2026-9001", "paid", -4000),
            ("k2", None, "draft", -1000),
        ):
            t.raw.execute(
                "INSERT INTO invoices (id, number, kind, corrects_id, status, livemode, currency,"
                " total_minor, created_at) VALUES (?, ?, 'correction', ?, ?, 0, 'eur', ?, ?)",
                (key, number, invoice_id, status, minor, _AT.format(hour=1)),
            )

    office.writer.submit(correct).result(PATIENCE)
    row = office.books.invoice_row(invoice_id)
    assert row is not None
    assert (row.corrected_minor, row.outstanding_minor, row.overpaid_minor) == (-4000, 7900, 0)
    today = office.clock.today()
    assert office.books.figures(False, today).outstanding_minor == 7900
    office.invoicing.add_manual_payment(invoice_id, 10000, "cash", today).result(PATIENCE)
    row = office.books.invoice_row(invoice_id)
    assert row is not None
    assert (row.status.value, row.outstanding_minor, row.overpaid_minor) == ("paid", 0, 2100)
    correction = office.books.invoice_row("k1")
    assert correction is not None
    assert (correction.outstanding_minor, correction.overpaid_minor) == (0, 0)
