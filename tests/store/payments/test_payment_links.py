"""The rows of payment links: one usable at a time, also for a program that forgets to look."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from tests.factories import OfficeBooks, customer, draft, make_books
from tests.waiting import PATIENCE
from workmate_desktop.domain.payments.links import CloseReason, LinkState, PaymentLink
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.database.engine import FILE_NAME, Database, create_file
from workmate_desktop.store.payments import links as payment_links
from workmate_desktop.store.transaction import Transaction


def invoice(office: OfficeBooks, *, livemode: bool = True) -> str:
    return office.invoicing.issue(draft(customer(office), livemode=livemode)).result(PATIENCE)


def reserve(office: OfficeBooks, invoice_id: str, key: str, amount: int | None = None) -> str:
    row = office.books.invoice_row(invoice_id)
    assert row is not None

    def job(t: Transaction) -> str:
        return t.payment_links.reserve(
            f"link-{key}",
            invoice_id,
            idempotency_key=key,
            livemode=row.livemode,
            account=None,
            amount_minor=amount or row.outstanding_minor,
            currency="eur",
            request="{}",
        ).id

    return office.writer.submit(job).result(PATIENCE)


def links(office: OfficeBooks, invoice_id: str) -> list[PaymentLink]:
    with office.database.reader() as connection:
        return payment_links.links_of(connection, invoice_id)


def to_close(office: OfficeBooks) -> list[str]:
    with office.database.reader() as connection:
        return payment_links.to_close(connection, office.clock.now())


def test_a_second_usable_row_cannot_be_written(office: OfficeBooks) -> None:
    invoice_id = invoice(office)
    first = reserve(office, invoice_id, "k1")
    with pytest.raises(sqlite3.IntegrityError):
        reserve(office, invoice_id, "k2")
    office.writer.submit(lambda t: t.payment_links.made(first, "plink_1", "https://x/1")).result(
        PATIENCE
    )
    with pytest.raises(sqlite3.IntegrityError):
        reserve(office, invoice_id, "k2")
    reason = CloseReason.AMOUNT_CHANGED
    office.writer.submit(lambda t: t.payment_links.must_close(first, reason)).result(PATIENCE)
    second = reserve(office, invoice_id, "k2")
    assert [one.id for one in links(office, invoice_id)] == [second, first]
    assert to_close(office) == [first]


def test_books_of_the_first_version_get_the_table(tmp_path: Path) -> None:
    """As an office has them that was installed with 0001."""
    config = Config()
    config.set_main_option("script_location", "workmate_desktop.store:migrations")
    config.set_main_option("path_separator", "os")
    create_file(tmp_path / FILE_NAME)
    database = Database(tmp_path / FILE_NAME, Threads())
    with database.writing.connect() as connection:
        config.attributes["connection"] = connection
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO invoices (id, number, status, livemode, total_minor, created_at)"
            " VALUES ('i1', 'RE-2026-0001', 'open', 1, 11900, '2026-11-23T08:00:00Z')"
        )
        connection.exec_driver_sql("COMMIT")
    database.close()
    after = make_books(tmp_path)
    row = after.books.invoice_row("i1")
    assert row is not None and (row.outstanding_minor, row.running_since) == (11900, None)
    reserve(after, "i1", "k1")
    assert len(links(after, "i1")) == 1
    after.close()


def test_a_key_is_used_once(office: OfficeBooks) -> None:
    reserve(office, invoice(office), "k1")
    with pytest.raises(sqlite3.IntegrityError):
        reserve(office, invoice(office), "k1")


def test_a_link_is_right_while_it_asks_for_what_is_owed(office: OfficeBooks) -> None:
    invoice_id = invoice(office)
    link_id = reserve(office, invoice_id, "k1")
    assert to_close(office) == []
    today = office.clock.today()
    office.invoicing.add_manual_payment(invoice_id, 1000, "cash", today).result(PATIENCE)
    assert to_close(office) == [link_id]
    [found] = office.writer.submit(lambda t: [t.payment_links.reason_to_close(link_id)]).result(
        PATIENCE
    )
    assert found is CloseReason.AMOUNT_CHANGED
    office.invoicing.add_manual_payment(
        invoice_id, 10900, "cash", today - timedelta(days=1)
    ).result(PATIENCE)
    assert (
        office.writer.submit(lambda t: t.payment_links.reason_to_close(link_id)).result(PATIENCE)
        is CloseReason.PAID
    )


def test_the_links_of_deleted_test_invoices_are_still_to_be_closed(office: OfficeBooks) -> None:
    invoice_id = invoice(office, livemode=False)
    link_id = reserve(office, invoice_id, "k1")
    closed = invoice(office, livemode=False)
    other = reserve(office, closed, "k2")
    office.writer.submit(lambda t: t.payment_links.closed(other, LinkState.REFUSED)).result(
        PATIENCE
    )
    real = reserve(office, invoice(office), "k3")
    assert office.invoicing.delete_test_data().result(PATIENCE) == 2
    assert to_close(office) == [link_id]
    kept = office.rows("SELECT id, invoice_id, state, close_reason FROM payment_links ORDER BY 1")
    assert (link_id, None, "deactivating", "deleted") in kept
    assert {row[0] for row in kept} == {link_id, real}
