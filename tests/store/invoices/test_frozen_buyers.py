"""The buyer stands on the invoice itself (MONEY C3), and prices may be finer than a cent (C4)."""

import json
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories import OfficeBooks, customer, draft, make_books
from tests.store.common.test_tables import ROWS, insert, insert_all
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import InvoiceItem
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.database.engine import Database, create_file
from workmate_desktop.store.schema import migrate
from workmate_desktop.store.seals.seals import Sealed
from workmate_desktop.store.upkeep.seal_report import compare_with_seals

_AT = "2026-11-01T08:00:00.000Z"
MOVED = Customer(
    "", "Aydin MVZ", "neu@aydin.example", "Ring 9", "50667", "Köln", "DE", "DE136695976"
)
BEFORE: dict[str, Any] = {
    "email": "praxis@aydin.example",
    "street": "Kaiserstraße 41",
    "postal_code": "53113",
    "city": "Bonn",
    "country": "AT",
    "vat_id": "ATU13585627",
}


def move(office: OfficeBooks, customer_id: str) -> None:
    known = office.books.customer(customer_id)
    assert known is not None
    fields = {name: getattr(MOVED, name) for name in ("name", *BEFORE)}
    office.invoicing.save_customer(Customer(customer_id, version=known.version, **fields)).result(
        PATIENCE
    )


def test_mc3_a_customer_who_moves_does_not_change_what_was_issued(office: OfficeBooks) -> None:
    customer_id = customer(office, "Praxis Dr. Aydin", **BEFORE)
    issued = office.invoicing.issue(draft(customer_id, livemode=True)).result(PATIENCE)
    kept = office.invoicing.save_draft(draft(customer_id)).result(PATIENCE)
    before = office.books.invoice(issued)
    assert before is not None
    assert before.buyer == Customer(customer_id, "Praxis Dr. Aydin", **BEFORE)
    move(office, customer_id)
    after, of_draft = office.books.invoice(issued), office.books.invoice(kept)
    assert after == before
    assert of_draft is not None and of_draft.buyer is not None
    assert (of_draft.buyer.name, of_draft.buyer.street) == ("Aydin MVZ", "Ring 9")
    found = office.rows("SELECT customer_name, search_text FROM invoices WHERE id = ?", issued)
    assert found[0][0] == "Praxis Dr. Aydin" and "praxis dr. aydin" in found[0][1]
    # The draft gets the new address when it is issued, and keeps that one.
    office.invoicing.issue(draft(customer_id), kept).result(PATIENCE)
    move(office, customer_id)
    done = office.books.invoice(kept)
    assert done is not None and done.buyer is not None and done.buyer.street == "Ring 9"


def test_mc3_rows_of_other_programs_are_frozen_too(
    office: OfficeBooks, outside: sqlite3.Connection
) -> None:
    insert_all(outside)
    insert(outside, "invoices", ("i2", None, "c1", "draft", 1, "eur", 1, None, None, _AT))
    insert(outside, "invoices", ("i3", "X-1", None, "open", 1, "eur", 1, None, None, _AT))
    outside.execute("UPDATE invoices SET status = 'open', number = 'X-2' WHERE id = 'i2'")
    outside.execute("UPDATE customers SET name = 'Neu', city = 'Ulm' WHERE id = 'c1'")
    found = office.rows("SELECT json_extract(snapshot, '$.buyer.name') FROM invoices ORDER BY id")
    assert found == [("Bäckerei Süß",), ("Bäckerei Süß",), (None,)]
    for invoice_id in ("i1", "i2"):
        invoice = office.books.invoice(invoice_id)
        assert invoice is not None and invoice.buyer is not None
        assert (invoice.buyer.name, invoice.buyer.city) == ("Bäckerei Süß", "")
    nobodys = office.books.invoice("i3")
    assert nobodys is not None and nobodys.buyer is None


def _snapshot(buyer: object, **more: object) -> str:
    return json.dumps({"buyer": buyer, **more}, separators=(",", ":"), ensure_ascii=False)


def test_mc3_the_snapshot_grows_once_and_never_changes(outside: sqlite3.Connection) -> None:
    insert_all(outside)
    (found,) = outside.execute("SELECT snapshot FROM invoices").fetchone()
    buyer = json.loads(found)["buyer"]
    other = {**buyer, "city": "Ulm"}
    for wrong in (
        None,
        "",
        "kein JSON",
        "{}",
        "[]",
        _snapshot(None, seller="x"),
        _snapshot(other),
        _snapshot(other, seller="x"),
        json.dumps({"seller": "x"}),
    ):
        with pytest.raises(sqlite3.Error):
            outside.execute("UPDATE invoices SET snapshot = ?", (wrong,))
    whole = _snapshot(buyer, seller={"name": "Wir"})
    outside.execute("UPDATE invoices SET snapshot = ?", (whole,))
    for wrong in (found, None, _snapshot(buyer, seller={"name": "Andere"}), _snapshot(other)):
        with pytest.raises(sqlite3.Error):
            outside.execute("UPDATE invoices SET snapshot = ?", (wrong,))
    assert outside.execute("SELECT snapshot FROM invoices").fetchone() == (whole,)


def test_mc3_from_nothing_it_may_be_filled_once(outside: sqlite3.Connection) -> None:
    insert(outside, "invoices", ("i3", "X-1", None, "open", 1, "eur", 1, None, None, _AT))
    assert outside.execute("SELECT snapshot FROM invoices").fetchone() == (None,)
    for wrong in ("kein JSON", "{}", _snapshot("Wer?")):
        with pytest.raises(sqlite3.Error):
            outside.execute("UPDATE invoices SET snapshot = ?", (wrong,))
    outside.execute("UPDATE invoices SET snapshot = ?", (_snapshot({"name": "A"}),))
    with pytest.raises(sqlite3.Error):
        outside.execute("UPDATE invoices SET snapshot = ?", (_snapshot({"name": "B"}),))


# --- the books of an older version -----------------------------------------------------------

_OLD = (
    "INSERT INTO customers (id, name, street, city, country) VALUES"
    " ('c1', 'Alt GmbH', 'Weg 1', 'Bonn', 'DE'), ('c2', 'Zweite', NULL, NULL, NULL)",
    "INSERT INTO invoices (id, number, customer_id, status, livemode, total_minor, created_at)"
    f" VALUES ('a', 'RE-2026-0001', 'c1', 'open', 1, 40745, '{_AT}'),"
    f" ('b', 'TEST-2026-0001', 'c2', 'open', 0, 100, '{_AT}'),"
    f" ('d', NULL, 'c1', 'draft', 1, 34240, '{_AT}'),"
    f" ('e', 'RE-2026-0002', NULL, 'cancelled', 1, 100, '{_AT}')",
    "INSERT INTO invoice_items (id, invoice_id, position, description, quantity,"
    " unit_price_minor, tax_rate_percent) VALUES ('p1', 'a', 1, 'Strom', '1000.5', 34, '19'),"
    " ('p2', 'd', 1, 'Strom', '1000', 34, '19')",
    "INSERT INTO invoice_history (id, invoice_id, at, action, actor)"
    f" VALUES ('h', 'a', '{_AT}', 'issued', 'anna')",
    # Renamed in the meantime: the name on the invoice stays the one it was issued to.
    "UPDATE customers SET name = 'Neu GmbH' WHERE id = 'c1'",
)


def _old_books(folder: Path) -> None:
    path = folder / "workmate.sqlite3"
    create_file(path)
    database = Database(path, Threads())
    with database.writing.connect() as connection:
        migrate.migrate(connection, migrate.KNOWN[migrate.KNOWN.index("0012") - 1])
        for sql in _OLD:
            connection.exec_driver_sql(sql)
    database.close()


def test_mc3_the_buyers_of_old_books_are_taken_over_and_the_verlauf_says_so(
    tmp_path: Path,
) -> None:
    _old_books(tmp_path)
    office = make_books(tmp_path)
    try:
        first, test, kept = (office.books.invoice(one) for one in ("a", "b", "d"))
        assert first is not None and first.buyer is not None
        assert (first.buyer.name, first.buyer.street) == ("Alt GmbH", "Weg 1")
        assert test is not None and test.buyer == Customer("c2", "Zweite", country="")
        assert kept is not None and kept.buyer is not None and kept.buyer.name == "Neu GmbH"
        lines = {one: [line.action for line in office.books.history(one)] for one in "abde"}
        assert lines == {
            "a": ["buyer_taken_over", "issued"],
            "b": ["buyer_taken_over"],
            "d": [],
            "e": [],
        }
        findings = compare_with_seals(office.database, lambda: None).findings
        assert (findings.tampered, findings.added) == (False, [(Sealed.HISTORY, "h")])
        # Old positions are what they were, to the cent.
        assert first.items == (InvoiceItem("Strom", Decimal("1000.5"), "", 34, Decimal(19)),)
        assert first.totals.net_minor == 34017
        assert kept.items[0].net_minor() == 34000
        move(office, "c1")
        assert office.books.invoice("a") == first
        # Test data can still be deleted as a whole.
        assert office.invoicing.delete_test_data().result(PATIENCE) == 1
        assert not compare_with_seals(office.database, lambda: None).findings.tampered
    finally:
        office.close()


# --- prices finer than a cent ----------------------------------------------------------------


def _power(price: str, quantity: str = "1000", rate: str = "19") -> InvoiceItem:
    return InvoiceItem.priced("Strom", Decimal(quantity), "kWh", Decimal(price), Decimal(rate))


def test_mc4_a_fine_price_is_kept_and_counted_exactly(office: OfficeBooks) -> None:
    items = (_power("34.24"), _power("0.01", "10001", "7"), _power("-34.250", "2"))
    made = draft(customer(office), items=items)
    invoice = office.books.invoice(office.invoicing.issue(made).result(PATIENCE))
    assert invoice is not None
    assert [item.net_minor() for item in invoice.items] == [34240, 100, -69]
    assert invoice.row.total_minor == invoice.totals.total_minor == 34171 + 6492 + 100 + 7
    assert office.rows(
        "SELECT unit_price, unit_price_minor FROM invoice_items ORDER BY position"
    ) == [("0.3424", 34), ("0.0001", 0), ("-0.3425", -34)]


def test_mc4_finer_than_four_places_is_refused(office: OfficeBooks) -> None:
    with pytest.raises(UserError, match="amount_invalid"):
        office.invoicing.save_draft(draft(customer(office), items=(_power("34.245"),))).result(
            PATIENCE
        )


def test_mc4_whole_cents_are_as_before(office: OfficeBooks) -> None:
    item = _power("10000", "1")
    assert item == InvoiceItem("Strom", Decimal(1), "kWh", 10000, Decimal(19))
    invoice = office.books.invoice(
        office.invoicing.issue(draft(customer(office), items=(item,))).result(PATIENCE)
    )
    assert invoice is not None and invoice.items == (item,)
    assert office.value("SELECT unit_price FROM invoice_items") == "100.00"


@pytest.mark.parametrize(
    ("text", "net"),
    [
        (None, 34000),
        ("0.3424", 34240),
        ("0.34", 34000),
        ("", 34000),
        ("0,3424", 34000),
        ("NaN", 34000),
        ("1e9999", 34000),
        ("0.34245", 34000),
        ("²", 34000),
    ],
)
def test_mc4_a_price_of_others_that_cannot_be_is_passed_over(
    office: OfficeBooks, outside: sqlite3.Connection, text: str | None, net: int
) -> None:
    insert(outside, "customers", ROWS["customers"])
    insert(outside, "invoices", ("i2", None, "c1", "draft", 1, "eur", 1, None, None, _AT))
    insert(outside, "invoice_items", ("p9", "i2", 1, "x", "1000", "", 34, "19"))
    outside.execute("UPDATE invoice_items SET unit_price = ?", (text,))
    invoice = office.books.invoice("i2")
    assert invoice is not None and invoice.items[0].net_minor() == net


# --- saved twice from two places (MONEY C7) --------------------------------------------------


def test_mc7_a_draft_changed_elsewhere_is_not_overwritten(office: OfficeBooks) -> None:
    customer_id = customer(office)
    draft_id = office.invoicing.save_draft(draft(customer_id, note="Erste")).result(PATIENCE)
    seen = office.books.invoice(draft_id)
    assert seen is not None
    office.clock.advance(minutes=5)
    office.invoicing.save_draft(draft(customer_id, note="Zweite"), draft_id, seen.version).result(
        PATIENCE
    )
    changed = office.clock.moment
    office.clock.advance(minutes=5)
    for verb in (office.invoicing.save_draft, office.invoicing.issue):
        with pytest.raises(UserError, match="draft_changed") as refused:
            verb(draft(customer_id, note="Dritte"), draft_id, seen.version).result(PATIENCE)
        assert str(refused.value.values["at"]).startswith(f"{changed:%Y-%m-%dT%H:%M}")
    now = office.books.invoice(draft_id)
    assert now is not None and (now.note, now.row.number) == ("Zweite", None)
    office.invoicing.issue(draft(customer_id, note="Dritte"), draft_id, now.version).result(
        PATIENCE
    )


def test_mc7_a_customer_changed_elsewhere_is_not_overwritten(office: OfficeBooks) -> None:
    customer_id = customer(office, "Erste GmbH")
    seen = office.books.customer(customer_id)
    assert seen is not None and seen.version > 0
    move(office, customer_id)
    with pytest.raises(UserError, match="customer_changed") as refused:
        office.invoicing.save_customer(seen).result(PATIENCE)
    assert str(refused.value.values["at"]).startswith("2026-11-23T11:00")
    kept = office.books.customer(customer_id)
    assert kept is not None and kept.name == "Aydin MVZ"
    office.invoicing.save_customer(
        Customer(customer_id, "Dritte GmbH", version=kept.version)
    ).result(PATIENCE)


@pytest.mark.parametrize(
    ("quantity", "rate", "net", "tax"),
    [
        ("1,5", "19", 15000, 2850),
        (" 2 ", "19.0", 20000, 3800),
        ("viele", "19", 0, 0),
        ("NaN", "19", 0, 0),
        ("1e30", "19", 0, 0),
        ("Infinity", "19", 0, 0),
        ("1", "19 %", 10000, 0),
        ("1", "", 10000, 0),
    ],
)
def test_mc1_positions_of_others_never_stop_the_panel(
    office: OfficeBooks,
    outside: sqlite3.Connection,
    quantity: str,
    rate: str,
    net: int,
    tax: int,
) -> None:
    insert(outside, "customers", ROWS["customers"])
    insert(outside, "invoices", ("i2", "X-1", "c1", "open", 1, "eur", 119, None, None, _AT))
    outside.execute(
        "INSERT INTO invoice_items (id, invoice_id, position, description, quantity, unit,"
        " unit_price_minor, tax_rate_percent) VALUES ('p9', 'i2', 1, 'x', ?, '', 10000, ?)",
        (quantity, rate),
    )
    invoice = office.books.invoice("i2")
    assert invoice is not None
    assert (invoice.totals.net_minor, invoice.totals.tax_minor) == (net, tax)
