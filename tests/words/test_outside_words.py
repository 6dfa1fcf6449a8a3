"""The sentence that names what was changed from outside."""

import pytest

from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.store.seals.tables import Sealed
from workmate_desktop.words.outside_words import outside_words

PAYMENT = {
    "table": "payment",
    "id": "0199-1",
    "number": "RE-2026-0001",
    "amount_minor": 11900,
    "currency": "eur",
    "at": "2026-11-22T08:00:00.000Z",
}


def test_the_rows_are_named() -> None:
    gone = {"how": "missing", "table": "history", "id": "0199aaaa-bbbb-7ccc-8ddd-0123456789ab"}
    rows = [{"how": "changed", **PAYMENT}, gone]
    detail = {"changed": 3, "missing": 1, "added": 0, "broken": False, "rows": rows}
    title, why = outside_words(NoticeKind.CHANGED_OUTSIDE, detail)
    assert title == "Gebuchtes wurde von außen verändert"
    assert why.replace("\xa0", " ") == (
        "Geändert: Zahlung 119,00 € zu RE-2026-0001 (22.11.2026); es fehlt: Verlaufszeile "
        "0123456789ab; und 2 weitere. Bitte mit einer Sicherung vergleichen oder den Support "
        "fragen."
    )


DONE = "Bitte mit einer Sicherung vergleichen oder den Support fragen."


@pytest.mark.parametrize(
    ("row", "words", "to_do"),
    [
        (
            {"table": "customer", "id": "1", "name": "Müller\nGmbH"},
            "Kunde Müller GmbH",
            "Bitte die Daten des Kunden prüfen und speichern.",
        ),
        (
            {**PAYMENT, "table": "link"},
            "Zahlungslink 119,00 € zu RE-2026-0001 (22.11.2026)",
            "Bitte diesen Zahlungslink nicht mehr verschicken und den Support fragen.",
        ),
        (
            {**PAYMENT, "table": "invoice", "name": "Müller GmbH"},
            "Rechnung RE-2026-0001 119,00 € (22.11.2026)",
            DONE,
        ),
        (
            {"table": "item", "id": "1", "name": "Müller GmbH", "position": 2, "draft": 1},
            "Entwurf für Müller GmbH (Position 2)",
            "Bitte den Entwurf prüfen und speichern, bevor er ausgestellt wird.",
        ),
        (
            {"table": "setting", "id": "mail.account"},
            "Einstellung „E-Mail bei Meldungen“",
            "Bitte unter „Konfigurieren“ prüfen und neu speichern.",
        ),
        ({"table": "notice", "id": "1", "at": "2026-11-22T"}, "Meldung (22.11.2026)", DONE),
    ],
)
def test_sa8_each_kind_says_what_it_is_and_one_thing_to_do(
    row: dict[str, object], words: str, to_do: str
) -> None:
    detail = {"changed": 1, "rows": [{"how": "changed", **row}]}
    title, why = outside_words(NoticeKind.CHANGED_OUTSIDE, detail)
    assert why.replace("\xa0", " ") == f"Geändert: {words}. {to_do}"
    assert title.startswith("Gebuchtes" if to_do == DONE else "Daten")


@pytest.mark.parametrize("what", list(Sealed))
def test_sa8_whatever_is_sealed_has_a_name(what: Sealed) -> None:
    row = {"how": "missing", "table": what.name.lower(), "id": "0199-1"}
    _, why = outside_words(NoticeKind.CHANGED_OUTSIDE, {"missing": 1, "rows": [row]})
    assert why.startswith("Es fehlt: ")
    assert not why.startswith(f"Es fehlt: {what.name.lower()}")


def test_changed_seals_are_told_without_a_row() -> None:
    _, why = outside_words(NoticeKind.CHANGED_OUTSIDE, {"broken": True, "rows": []})
    assert why.startswith("Auch die Prüfsummen selbst wurden verändert. Bitte")


def test_added_rows_are_no_alarm() -> None:
    detail = {"changed": 0, "missing": 0, "added": 1, "rows": [{"how": "added", **PAYMENT}]}
    title, why = outside_words(NoticeKind.ADDED_OUTSIDE, detail)
    assert title == "Von außen kamen Einträge dazu: 1"
    assert "Dazugekommen: Zahlung" in why


def test_a_detail_of_another_shape_is_no_reason_to_fall() -> None:
    assert outside_words(NoticeKind.CHANGED_OUTSIDE, {"rows": "x", "changed": "y"})[1]
