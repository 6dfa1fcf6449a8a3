"""Books of any size, written into a real database of the program within seconds.

Raw inserts of the contract's columns in one transaction; the program's own triggers derive the
rest, so the result is what years of work would have left.
"""

import argparse
import random
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from tests.benchmarks.deliveries import amount_minor, invoice_id, invoice_number
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.database.engine import FILE_NAME
from workmate_desktop.store.events import search as event_search
from workmate_desktop.store.opening.open import open_database
from workmate_desktop.store.seals.seals import COLUMNS, seal_table

SEED = 20261123
FIRST_DAY = date(2017, 1, 2)
LAST_DAY = date(2026, 11, 20)

_FAMILY = (
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch "
    "Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann "
    "Lange Schmitt Werner Krause Meier Lehmann Köhler Maier Günther Roth Größl Jäger Öztürk"
).split()
_TRADE = (
    "Dachbau Elektrotechnik Gartenbau Holzbau Kältetechnik Logistik Malerbetrieb Metallbau "
    "Sanitär Spedition Straßenbau Zahntechnik Verlag Hausverwaltung Bäckerei Weinhandel"
).split()
_FORM = ("GmbH", "KG", "e.K.", "AG", "GmbH & Co. KG", "OHG", "UG")
_TOWN = ("Koblenz", "Köln", "Mainz", "Trier", "Würzburg", "Düsseldorf", "Halle", "Görlitz")


def new_data_dir(folder: Path) -> Path:
    """A data folder with an empty database, made by the program itself. Returns the file."""
    folder.mkdir(mode=0o700, parents=True)
    open_database(folder, "2026-11-23", Threads()).database.close()
    return folder / FILE_NAME


def fill_for_deliveries(file: Path, count: int) -> None:
    """`count` open test invoices, one for each delivery of `deliveries.Deliveries`."""
    with _writing(file) as connection:
        connection.execute(_CUSTOMER, ("kunde", "Beispielkunde GmbH", "Koblenz", "DE"))
        connection.executemany(
            _INVOICE,
            (
                (
                    invoice_id(number),
                    invoice_number(number),
                    "kunde",
                    "open",
                    0,
                    "eur",
                    amount_minor(number),
                    "2026-11-02",
                    "2026-12-02",
                    "2026-11-02T08:00:00.000Z",
                    None,
                )
                for number in range(count)
            ),
        )
    _done(connection)


def fill_office(file: Path, invoices: int) -> None:
    """An office with `invoices` invoices of ten years, its payments, events and Verlauf.

    200,000 invoices bring about 250,000 events and 600,000 lines of the Verlauf.
    """
    chance = random.Random(SEED)
    with _writing(file) as connection:
        names = list(_names(chance, max(20, invoices // 25)))
        customers = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in names]
        connection.executemany(
            _CUSTOMER,
            [(i, n, chance.choice(_TOWN), "DE") for i, n in zip(customers, names, strict=True)],
        )
        rows = list(_invoices(chance, invoices, customers))
        connection.executemany(_INVOICE, [row[:11] for row in rows])
        connection.executemany(
            _ITEM,
            [(row[0][:-1] + "i", row[0], row[6] * 100 // 119) for row in rows],
        )
        connection.executemany(_PAYMENT, [p for row in rows for p in _payments(row)])
        connection.executemany(_EVENT, [e for row in rows for e in _events(row)])
        connection.executemany(_LINE, [h for row in rows for h in _lines(row)])
        event_search.fill(connection)
    _done(connection)


_CUSTOMER = "INSERT INTO customers (id, name, city, country) VALUES (?, ?, ?, ?)"
_INVOICE = """
INSERT INTO invoices (id, number, customer_id, status, livemode, currency, total_minor,
    issue_date, due_date, created_at, last_failed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_ITEM = """
INSERT INTO invoice_items (id, invoice_id, position, description, quantity, unit,
    unit_price_minor, tax_rate_percent)
VALUES (?, ?, 1, 'Leistung nach Auftrag', '1', 'Stück', ?, '19')"""
_PAYMENT = """
INSERT INTO payments (id, invoice_id, stripe_payment_intent_id, amount_minor, currency, method,
    livemode, received_at, created_at) VALUES (?, ?, ?, ?, 'eur', 'card', 1, ?, ?)"""
_EVENT = """
INSERT INTO stripe_events (id, type, created_at, received_at, source, outcome, livemode,
    payment_intent_id, invoice_id, amount_minor, currency, detail)
VALUES (?, ?, ?, ?, 'webhook', ?, 1, ?, ?, ?, 'eur', ?)"""
_LINE = """
INSERT INTO invoice_history (id, invoice_id, at, action, actor, detail)
VALUES (?, ?, ?, ?, ?, ?)"""


def _writing(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode=OFF")  # a failed run is thrown away
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-1500000")
    return connection


def _done(connection: sqlite3.Connection) -> None:
    with connection:
        for what, columns in COLUMNS.items():  # as if the program had written the rows
            seal_table(connection, what, columns)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _names(chance: random.Random, count: int) -> Iterator[str]:
    for number in range(count):
        family, trade, form = chance.choice(_FAMILY), chance.choice(_TRADE), chance.choice(_FORM)
        yield f"{family} {trade} {number + 1} {form}" if number % 3 else f"{family}, {number + 1}"


_InvoiceTuple = tuple[str, str | None, str, str, int, str, int, str, str, str, str | None, int]


def _invoices(chance: random.Random, count: int, customers: list[str]) -> Iterator[_InvoiceTuple]:
    """The columns of _INVOICE and what was paid, in cents."""
    span = (LAST_DAY - FIRST_DAY).days
    running: dict[int, int] = {}
    for place in range(count):
        issued = FIRST_DAY + timedelta(days=span * place // count)
        running[issued.year] = running.get(issued.year, 0) + 1
        total = chance.choice((119000, 11900, chance.randrange(500, 2_000_000)))
        recent = place > count * 0.95
        status = chance.choices(
            ("paid", "open", "partially_paid", "cancelled", "draft"),
            (60, 32, 3, 2, 3) if recent else (97, 1, 0.5, 1.5, 0),
        )[0]
        failed = status != "draft" and chance.random() < 0.28
        due = issued + timedelta(days=14)
        paid = total if status == "paid" else total // 3 if status == "partially_paid" else 0
        yield (
            str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            None if status == "draft" else f"RE-{issued.year}-{running[issued.year]:04d}",
            chance.choice(customers),
            status,
            1,
            "eur",
            total,
            issued.isoformat(),
            due.isoformat(),
            f"{issued}T08:{place % 60:02d}:00.000Z",
            f"{due}T07:00:00.000Z" if failed else None,
            paid,
        )


def _moment(row: _InvoiceTuple) -> str:
    return f"{row[8]}T09:30:00.000Z"


def _intent(row: _InvoiceTuple) -> str:
    return "pi_" + row[0].replace("-", "")


def _payments(row: _InvoiceTuple) -> Iterator[tuple[object, ...]]:
    if row[11]:
        at = _moment(row)
        yield row[0][:-1] + "p", row[0], _intent(row), row[11], at, at


def _events(row: _InvoiceTuple) -> Iterator[tuple[object, ...]]:
    at, stem = _moment(row), row[0].replace("-", "")
    if row[11]:
        detail = f'{{"invoice_ref":"{row[0]}","status":"succeeded","method":"card"}}'
        yield (
            "evt_s" + stem, "payment_intent.succeeded", at, at, "booked", _intent(row), row[0],
            row[11], detail,
        )  # fmt: skip
    if row[10]:
        detail = f'{{"invoice_ref":"{row[0]}","decline_code":"insufficient_funds"}}'
        yield (
            "evt_f" + stem, "payment_intent.payment_failed", row[10], row[10],
            # Another attempt than the one that paid, so that the mark of a failure stays.
            "failure_recorded", "pi_f" + stem, row[0], row[6], detail,
        )  # fmt: skip


def _lines(row: _InvoiceTuple) -> Iterator[tuple[object, ...]]:
    yield row[0][:-1] + "a", row[0], row[9], "created", "buero", "{}"
    if row[3] != "draft":
        yield row[0][:-1] + "b", row[0], row[9], "issued", "buero", "{}"
    if row[11]:
        detail = f'{{"amount_minor":{row[11]},"currency":"eur"}}'
        yield row[0][:-1] + "c", row[0], _moment(row), "payment_booked", "stripe", detail


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make a data folder with an office's books.")
    parser.add_argument("folder", type=Path, help="must not exist")
    parser.add_argument("invoices", type=int)
    options = parser.parse_args()
    fill_office(new_data_dir(options.folder), options.invoices)
