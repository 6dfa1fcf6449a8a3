"""The German words for rows that something else than this program wrote. Without Qt."""

from collections.abc import Mapping

from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.words.money_text import money
from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("notices", text)


def outside_words(kind: NoticeKind, detail: Mapping[str, object]) -> tuple[str, str]:
    """Title and sentence; the sentence names the first rows."""
    names = _names(detail)
    if kind is NoticeKind.ADDED_OUTSIDE:
        title = _tr("Von außen kamen Einträge dazu: {0}").format(_number(detail, "added"))
        return title, _tr("Ein anderes Programm hat sie geschrieben: {0}.").format(names)
    only_data = _rows(detail) and all(_kind_to_mend(row) for row in _rows(detail))
    title = _tr("Gebuchtes wurde von außen verändert")
    if only_data and detail.get("broken") is not True:
        title = _tr("Daten wurden von außen verändert")
    parts = []
    if names:
        parts.append(f"{names}.")
    if detail.get("broken") is True:
        parts.append(_tr("Auch die Prüfsummen selbst wurden verändert."))
    parts.append(_what_to_do(detail))
    return title, " ".join(parts)


def _names(detail: Mapping[str, object]) -> str:
    """ "geändert: Zahlung 119,00 € zu RE-2026-0001 (22.11.2026); es fehlt: …; und 3 weitere"."""
    named = _rows(detail)
    hows = {
        "changed": _tr("geändert: {0}"),
        "missing": _tr("es fehlt: {0}"),
        "added": _tr("dazugekommen: {0}"),
    }
    parts = [
        words.format(", ".join(_row(row) for row in named if row.get("how") == how))
        for how, words in hows.items()
        if any(row.get("how") == how for row in named)
    ]
    more = sum(_number(detail, how) for how in hows) - len(named)
    if more > 0:
        parts.append(_tr("und {0} weitere").format(more))
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _row(row: Mapping[str, object]) -> str:
    """ "Zahlung 119,00 € zu RE-2026-0001 (22.11.2026)", "Kunde Müller GmbH"."""
    table, row_id = str(row.get("table")), str(row.get("id"))
    if table == "setting":
        return _tr("Einstellung {0}").format(_setting(row_id))
    what = _tr("Entwurf") if row.get("draft") else _kind(table)
    number, name = _text(row, "number"), _text(row, "name")
    minor, currency, position = (row.get(key) for key in ("amount_minor", "currency", "position"))
    parts = [what]
    if table in ("invoice", "item") and number:
        parts.append(number)
    if name and not number:
        parts.append(_tr("für {0}").format(name) if row.get("draft") else name)
    if isinstance(position, int):
        parts.append(_tr("(Position {0})").format(position))
    if isinstance(minor, int) and isinstance(currency, str):
        parts.append(money(minor, currency))
    if number and table not in ("invoice", "item"):
        parts.append(_tr("zu {0}").format(number))
    if row.get("at"):
        parts.append(f"({_day(str(row.get('at')))})")
    elif len(parts) == 1:  # it is gone: only its id is left
        parts.append(row_id[-12:])
    return " ".join(parts)


def _text(row: Mapping[str, object], key: str) -> str:
    """In one line, or ""."""
    value = row.get(key)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _kind(table: str) -> str:
    """What a row of this table is."""
    return {
        "payment": _tr("Zahlung"),
        "history": _tr("Verlaufszeile"),
        "invoice": _tr("Rechnung"),
        "item": _tr("Rechnung"),
        "link": _tr("Zahlungslink"),
        "customer": _tr("Kunde"),
        "decision": _tr("Entscheidung"),
        "refund_request": _tr("Erstattungsauftrag"),
        "event": _tr("Ereignis von Stripe"),
        "charge": _tr("Angaben von Stripe zur Zahlung"),
        "time": _tr("Zeitpunkt einer Buchung"),
        "fee": _tr("Stripe-Gebühr"),
        "notice": _tr("Meldung"),
    }.get(table, table)


def _setting(key: str) -> str:
    """What this setting is about, as the window calls it."""
    names = {
        "number_format": _tr("„Rechnungsnummern“"),
        "next_number": _tr("„Rechnungsnummern“"),
        "stripe": _tr("„Stripe-Konto“"),
        "endpoint": _tr("„Öffentliche Adresse“"),
        "tunnel": _tr("„Öffentliche Adresse“"),
        "mail": _tr("„E-Mail bei Meldungen“"),
        "workmate_instance": _tr("„Kennung dieser Installation“"),
        "database_id": _tr("„Kennung der Datenbank“"),
        "test_data": _tr("„Testdaten gelöscht am“"),
    }
    return names.get(key.partition(".")[0], f"„{key}“")


def _what_to_do(detail: Mapping[str, object]) -> str:
    """One thing: for what matters most among the rows that are named."""
    kinds = {_kind_to_mend(row) for row in _rows(detail)}
    if detail.get("broken") is True or "" in kinds or not kinds:
        return _tr("Bitte mit einer Sicherung vergleichen oder den Support fragen.")
    if "link" in kinds:
        return _tr("Bitte diesen Zahlungslink nicht mehr verschicken und den Support fragen.")
    if "customer" in kinds:
        return _tr("Bitte die Daten des Kunden prüfen und speichern.")
    if "draft" in kinds:
        return _tr("Bitte den Entwurf prüfen und speichern, bevor er gestellt wird.")
    return _tr("Bitte unter „Konfigurieren“ prüfen und neu speichern.")


def _kind_to_mend(row: Mapping[str, object]) -> str:
    """ "" for what nobody can enter anew."""
    if row.get("draft"):
        return "draft"
    there = row.get("how") == "changed" and row.get("table") in ("link", "customer", "setting")
    return str(row.get("table")) if there else ""


def _rows(detail: Mapping[str, object]) -> list[Mapping[str, object]]:
    rows = detail.get("rows")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _day(at: str) -> str:
    year, _dash, rest = at[:10].partition("-")
    month, _dash, day = rest.partition("-")
    return f"{day}.{month}.{year}"


def _number(detail: Mapping[str, object], name: str) -> int:
    value = detail.get(name)
    return value if isinstance(value, int) else 0
