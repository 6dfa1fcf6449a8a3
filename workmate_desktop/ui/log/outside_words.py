"""The German words for rows that something else than this program wrote. Without Qt."""

from collections.abc import Mapping

from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.ui.shared.money_text import money
from workmate_desktop.ui.shared.words import translate


def _tr(text: str) -> str:
    return translate("notices", text)


def outside_words(kind: NoticeKind, detail: Mapping[str, object]) -> tuple[str, str]:
    """Title and sentence; the sentence names the first rows."""
    names = _names(detail)
    if kind is NoticeKind.ADDED_OUTSIDE:
        title = _tr("Von außen kamen Einträge dazu: {0}").format(_number(detail, "added"))
        return title, _tr("Ein anderes Programm hat sie geschrieben: {0}.").format(names)
    title = _tr("Gebuchtes wurde von außen verändert")
    parts = []
    if names:
        parts.append(f"{names}.")
    if detail.get("broken") is True:
        parts.append(_tr("Auch die Prüfsummen selbst wurden verändert."))
    parts.append(_tr("Bitte mit einer Sicherung vergleichen oder den Support fragen."))
    return title, " ".join(parts)


def _names(detail: Mapping[str, object]) -> str:
    """ "geändert: Zahlung 119,00 € zu RE-2026-0001 (22.11.2026); es fehlt: …; und 3 weitere"."""
    rows = detail.get("rows")
    named = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
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
    number, minor, currency = row.get("number"), row.get("amount_minor"), row.get("currency")
    payment = row.get("table") == "payment"
    if not row.get("at"):  # it is gone: only its id is left
        what = _tr("Zahlung {0}") if payment else _tr("Verlaufszeile {0}")
        return what.format(str(row.get("id"))[-12:])
    what = _tr("Zahlung") if payment else _tr("Verlaufszeile")
    if isinstance(minor, int) and isinstance(currency, str):
        what = f"{what} {money(minor, currency)}"
    if isinstance(number, str):
        what = _tr("{0} zu {1}").format(what, " ".join(number.split()))
    return f"{what} ({_day(str(row.get('at')))})"


def _day(at: str) -> str:
    year, _dash, rest = at[:10].partition("-")
    month, _dash, day = rest.partition("-")
    return f"{day}.{month}.{year}"


def _number(detail: Mapping[str, object], name: str) -> int:
    value = detail.get(name)
    return value if isinstance(value, int) else 0
