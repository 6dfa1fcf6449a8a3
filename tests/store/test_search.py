"""Searching and folding: umlauts, case, amounts; %, _ and quotes are plain letters."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import OfficeBooks, customer, draft, issued
from workmate_desktop.domain.lists import InvoiceFilter, InvoiceQuery
from workmate_desktop.store.folding import LETTERS, fold, fold_sql

_INTERESTING = st.sampled_from([*LETTERS, *"aAzZ09 %_'\"\\,.-€ﬁİıΣς\u0308\n\t日🧾"])
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
    connection.executemany("INSERT INTO folding VALUES (?, ?)", LETTERS.items())
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
    assert dict(office.rows("SELECT letter, plain FROM folding")) == LETTERS


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
        office.invoicing.issue(draft(who, total_minor=minor)).result(10)
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
    office.invoicing.save_draft(draft(customer(office, "Neu"))).result(10)
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
