"""The German words for rows that something else than this program wrote. Without Qt."""

from collections.abc import Mapping

from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.words.language import _
from workmate_desktop.words.money_text import money


def outside_words(kind: NoticeKind, detail: Mapping[str, object]) -> tuple[str, str]:
    """Title and sentence; the sentence names the first rows."""
    names = _names(detail)
    if kind is NoticeKind.ADDED_OUTSIDE:
        title = _("Von außen kamen Einträge dazu: {0}").format(_number(detail, "added"))
        return title, _("Ein anderes Programm hat sie geschrieben: {0}.").format(names)
    only_data = _rows(detail) and all(_kind_to_mend(row) for row in _rows(detail))
    title = _("Gebuchtes wurde von außen verändert")
    if only_data and detail.get("broken") is not True:
        title = _("Daten wurden von außen verändert")
    parts = []
    if names:
        parts.append(f"{names}.")
    if detail.get("broken") is True:
        parts.append(_("Auch die Prüfsummen selbst wurden verändert."))
    parts.append(_what_to_do(detail))
    return title, " ".join(parts)


def _names(detail: Mapping[str, object]) -> str:
    """ "geändert: Zahlung 119,00 € zu RE-2026-0001 (22.11.2026); es fehlt: …; und 3 weitere"."""
    named = _rows(detail)
    hows = {
        "changed": _("geändert: {0}"),
        "missing": _("es fehlt: {0}"),
        "added": _("dazugekommen: {0}"),
    }
    parts = [
        words.format(", ".join(_row(row) for row in named if row.get("how") == how))
        for how, words in hows.items()
        if any(row.get("how") == how for row in named)
    ]
    more = sum(_number(detail, how) for how in hows) - len(named)
    if more > 0:
        parts.append(_("und {0} weitere").format(more))
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _row(row: Mapping[str, object]) -> str:
    """ "Zahlung 119,00 € zu RE-2026-0001 (22.11.2026)", "Kunde Müller GmbH"."""
    table, row_id = str(row.get("table")), str(row.get("id"))
    if table == "setting":
        return _("Einstellung {0}").format(_setting(row_id))
    what = _("Entwurf") if row.get("draft") else _kind(table)
    number, name = _text(row, "number"), _text(row, "name")
    minor, currency, position = (row.get(key) for key in ("amount_minor", "currency", "position"))
    parts = [what]
    if table in ("invoice", "item") and number:
        parts.append(number)
    if name and not number:
        parts.append(_("für {0}").format(name) if row.get("draft") else name)
    if isinstance(position, int):
        parts.append(_("(Position {0})").format(position))
    if isinstance(minor, int) and isinstance(currency, str):
        parts.append(money(minor, currency))
    if number and table not in ("invoice", "item"):
        parts.append(_("zu {0}").format(number))
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
        "payment": _("Zahlung"),
        "history": _("Verlaufszeile"),
        "invoice": _("Rechnung"),
        "item": _("Rechnung"),
        "link": _("Zahlungslink"),
        "customer": _("Kunde"),
        "decision": _("Entscheidung"),
        "refund_request": _("Erstattungsauftrag"),
        "event": _("Ereignis von Stripe"),
        "charge": _("Angaben von Stripe zur Zahlung"),
        "time": _("Zeitpunkt einer Buchung"),
        "fee": _("Stripe-Gebühr"),
        "notice": _("Meldung"),
    }.get(table, table)


def _setting(key: str) -> str:
    """What this setting is about, as the window calls it."""
    names = {
        "number_format": _("„Rechnungsnummern“"),
        "next_number": _("„Rechnungsnummern“"),
        "stripe": _("„Stripe-Konto“"),
        "endpoint": _("„Öffentliche Adresse“"),
        "tunnel": _("„Öffentliche Adresse“"),
        "mail": _("„E-Mail bei Meldungen“"),
        "workmate_instance": _("„Kennung dieser Installation“"),
        "database_id": _("„Kennung der Datenbank“"),
        "test_data": _("„Testdaten gelöscht am“"),
    }
    return names.get(key.partition(".")[0], f"„{key}“")


def _what_to_do(detail: Mapping[str, object]) -> str:
    """One thing: for what matters most among the rows that are named."""
    kinds = {_kind_to_mend(row) for row in _rows(detail)}
    if detail.get("broken") is True or "" in kinds or not kinds:
        return _("Bitte mit einer Sicherung vergleichen oder den Support fragen.")
    if "link" in kinds:
        return _("Bitte diesen Zahlungslink nicht mehr verschicken und den Support fragen.")
    if "customer" in kinds:
        return _("Bitte die Daten des Kunden prüfen und speichern.")
    if "draft" in kinds:
        return _("Bitte den Entwurf prüfen und speichern, bevor er ausgestellt wird.")
    return _("Bitte unter „Konfigurieren“ prüfen und neu speichern.")


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
