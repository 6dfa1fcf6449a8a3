"""Searching and folding: umlauts, case, amounts; %, _ and quotes are plain letters."""

import sqlite3
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import OfficeBooks, customer, draft, issued, make_books
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.common.folding import LETTERS, fold, fold_sql, more_letters
from workmate_desktop.store.database.engine import FILE_NAME, Database, create_file
from workmate_desktop.store.schema import migrate

ALL_LETTERS = LETTERS | dict(more_letters())

_INTERESTING = st.sampled_from([*ALL_LETTERS, *"aAzZ09 %_'\"\\,.-€ﬁİıΣς\u0308\n\t日🧾"])
_TEXT = st.text(
    st.one_of(_INTERESTING, st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    max_size=40,
)


def _found(office: OfficeBooks, text: str) -> set[str]:
    query = InvoiceQuery(False, office.clock.today(), InvoiceFilter.ALL, text)
    page = office.books.invoice_page(query)
    assert office.books.invoice_count(query) == len(page)
    for row in page:
        assert office.books.invoice_matches(query, row.id)
    return {row.customer_name for row in page}


@pytest.fixture(scope="module")
def folding_database() -> sqlite3.Connection:
    """SQLite with the table of letters and nothing else of ours."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("CREATE TABLE folding (letter TEXT PRIMARY KEY, plain TEXT NOT NULL)")
    connection.executemany("INSERT INTO folding VALUES (?, ?)", ALL_LETTERS.items())
    return connection


@settings(max_examples=300, deadline=None)
@given(text=_TEXT)
def test_fold_equals_what_the_triggers_compute(
    folding_database: sqlite3.Connection, text: str
) -> None:
    sql = fold_sql("(SELECT value FROM given)")
    folding_database.execute("CREATE TEMP TABLE IF NOT EXISTS given (value TEXT)")
    folding_database.execute("DELETE FROM given")
    folding_database.execute("INSERT INTO given VALUES (?)", (text,))
    assert folding_database.execute(f"SELECT {sql}").fetchone()[0] == fold(text)


def test_the_table_of_letters_in_the_database_is_that_of_the_program(office: OfficeBooks) -> None:
    assert dict(office.rows("SELECT letter, plain FROM folding")) == ALL_LETTERS


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_part_of_a_name_finds_its_invoice(data: st.DataObject) -> None:
    """Against a plain model, on one shared database."""
    office = _shared()
    name = data.draw(st.sampled_from(sorted(_NAMES)))
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    if not part.strip():
        return
    wanted = {known for known in _NAMES if fold(" ".join(part.split())) in fold(known)}
    assert wanted <= _found(office, part)
    assert wanted <= _found(office, part.upper())


_NAMES = {
    "Müller GmbH",
    "Mueller & Söhne",
    "MÜLLER-LÜDENSCHEIDT",
    "Straße 5 e.V.",
    "100% Öko_Laden",
    'Anführung "Kurz" O\'Neill',
    "C:\\Backslash AG",
    "Çelik Łódź",
}
_MADE: list[OfficeBooks] = []


def _shared() -> OfficeBooks:
    return _MADE[0]


@pytest.fixture(autouse=True, scope="module")
def _shared_books(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    from tests.factories import make_books

    office = make_books(tmp_path_factory.mktemp("search"))
    for name in _NAMES:
        issued(office, name=name)
    _MADE.append(office)
    yield
    _MADE.clear()
    office.close()


@pytest.mark.parametrize("text", ["muller", "Müller", "mueller", "MUELLER", "  müller ", "mÜLL"])
def test_umlauts_and_case(text: str) -> None:
    found = _found(_shared(), text)
    assert {"Müller GmbH", "MÜLLER-LÜDENSCHEIDT"} <= found
    if text.strip().lower() in ("müller", "mueller"):
        assert "Mueller & Söhne" in found
    assert "Straße 5 e.V." not in found


@pytest.mark.parametrize("text", ["strasse", "STRASSE", "Straße", "straße 5", "ße"])
def test_sharp_s(text: str) -> None:
    assert _found(_shared(), text) >= {"Straße 5 e.V."}


@pytest.mark.parametrize(
    "text",
    [
        *["1190", "1.190", "1190,00", "1.190,00", "1.190,00 €", "190,0", "1.190,"],
        *["1190,-", "1.190,--", "1 190,00", "1\u00a0190,0", "1\u202f190", "1'190.00", "1,190.00"],
        *["1.190,00 Euro", "+1190", "€ 1190", "1190.00", "1,190", "1,190 EUR"],
    ],
)
def test_me4_amounts(office: OfficeBooks, text: str) -> None:
    customer_id = customer(office, "A")
    other = customer(office, "B")
    for who, minor in ((customer_id, 119000), (other, 4200)):
        office.invoicing.issue(draft(who, total_minor=minor)).result(PATIENCE)
    assert _found(office, text) == {"A"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("TEST-2026-0003", 1),
        ("test-2026-0003", 1),
        ("0003", 1),
        ("2026-000", 8),
        ("entwurf", 0),
        ("", 8),
        ("   ", 8),
    ],
)
def test_numbers(text: str, wanted: int) -> None:
    assert len(_found(_shared(), text)) == wanted


def test_drafts_are_found_by_the_word(office: OfficeBooks) -> None:
    office.invoicing.save_draft(draft(customer(office, "Neu"))).result(PATIENCE)
    assert _found(office, "Entwurf") == {"Neu"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("%", {"100% Öko_Laden"}),
        ("_", {"100% Öko_Laden"}),
        ("0%", {"100% Öko_Laden"}),
        ("0% ö", {"100% Öko_Laden"}),
        ("o_laden", {"100% Öko_Laden"}),
        ("m%ller", set()),
        ("m_ller", set()),
        ('"', {'Anführung "Kurz" O\'Neill'}),
        ('"kurz"', {'Anführung "Kurz" O\'Neill'}),
        ("'", {'Anführung "Kurz" O\'Neill'}),
        ("o'neill", {'Anführung "Kurz" O\'Neill'}),
        ("\\", {"C:\\Backslash AG"}),
        ("c:\\b", {"C:\\Backslash AG"}),
        ("*", set()),
        ("mul*", set()),
        ("NOT muller", set()),
        ("muller OR celik", set()),
        ('" OR 1=1 --', set()),
        ("'; DROP TABLE invoices; --", set()),
        ("search_text:muller", set()),
        ("NEAR(muller)", set()),
        ("(", set()),
        ("^mul", set()),
        ("\0", set()),
        ("\ud800", set()),
        ("/", set()),
        ("x" * 5000, set()),
    ],
)
def test_j16_hostile_letters_in_the_search_box_are_plain(text: str, wanted: set[str]) -> None:
    office = _shared()
    assert _found(office, text) == wanted
    for search in (office.books.customers, lambda t: office.books.event_page(text=t)):
        assert isinstance(search(text), list)
    assert {found.name for found in office.books.customers(text)} == wanted
    assert office.value("SELECT count(*) FROM invoices") == len(_NAMES)


NAMES = {
    "as a Mac writes it": unicodedata.normalize("NFD", "Bäckerei Müller-Lüdenscheid"),
    "with a hyphen that must not break": "Bäckerei Müller\u2011Lüdenscheid",
    "with a dash": "Bäckerei Müller–Lüdenscheid",
    "with blanks that must not break": "Bäckerei\u00a0Müller-Lüdenscheid",
    "parted for a line": "Bäcke\u00adrei Mül\u200bler-Lüdenscheid\ufeff",
    "plain": "Bäckerei Müller-Lüdenscheid",
    "spelled out": "Baeckerei Mueller-Luedenscheid",
}
TYPED = [
    "Bäckerei Müller-Lüdenscheid",
    "bäckerei müller–lüdenscheid",
    unicodedata.normalize("NFD", "Bäckerei Müller−Lüdenscheid"),
    "BÄCKEREI\u202fMÜLLER\u2011LÜDENSCHEID",
    "Baeckerei Mueller-Luedenscheid",
    "\u200bBäckerei  Mül\u00adler-Lüdenscheid",
]
_BY_HAND = """INSERT INTO invoices
    (id, number, customer_id, status, livemode, currency, total_minor, created_at)
    VALUES (?, ?, ?, 'open', 0, 'eur', 11900, '2026-11-23T08:00:00Z')"""


def _write_as_others_do(execute) -> None:  # type: ignore[no-untyped-def]
    """Rows by the public columns alone, with the text as it came."""
    for at, name in enumerate(NAMES.values()):
        execute("INSERT INTO customers (id, name) VALUES (?, ?)", (f"c{at}", name))
        execute(_BY_HAND, (f"i{at}", f"RE\u2011ALT–{at}", f"c{at}"))


def _all_are_found(office: OfficeBooks) -> None:
    for typed in TYPED:
        assert {found.name for found in office.books.customers(typed)} == set(NAMES.values()), typed
        assert _found(office, typed) == set(NAMES.values()), typed
    assert _found(office, "re-alt-3") == _found(office, "RE–ALT−3") == {[*NAMES.values()][3]}
    for part in ("müller", "Mu\u0308ll", "mueller", "-lüd", "–LÜD"):
        assert _found(office, part) == set(NAMES.values()), part


def test_me3_rows_of_other_programs_are_found_in_any_form(office: OfficeBooks) -> None:
    office.writer.submit(lambda t: _write_as_others_do(t.raw.execute)).result(PATIENCE)
    _all_are_found(office)


def test_me3_rows_written_before_the_update_are_found_in_any_form(tmp_path: Path) -> None:
    create_file(tmp_path / FILE_NAME)
    database = Database(tmp_path / FILE_NAME, Threads())
    with database.writing.connect() as connection:
        migrate.migrate(connection, "0010")
        _write_as_others_do(connection.exec_driver_sql)
        connection.commit()
    database.close()
    office = make_books(tmp_path)
    _all_are_found(office)
    check = "INSERT INTO invoice_search (invoice_search, rank) VALUES ('integrity-check', 1)"
    office.writer.submit(lambda t: t.raw.execute(check).close()).result(PATIENCE)
    office.close()
