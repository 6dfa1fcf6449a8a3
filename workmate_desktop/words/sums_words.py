"""The words of the notice that sums of invoices were put right. Without Qt, as notice_words.py."""

from collections.abc import Mapping

from workmate_desktop.domain.history import Notice
from workmate_desktop.words.language import _
from workmate_desktop.words.money_text import money


def sums_title(notice: Notice) -> str:
    """How many invoices it is about."""
    count = notice.detail.get("count")
    rows = notice.detail.get("rows")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if found and not any(_is_of_owed(row) for row in found):
        return _("Der Stand von Rechnungen ist berichtigt: {0}").format(count)
    if not isinstance(count, int):
        return _("Offene Beträge sind berichtigt")
    if count == 1:
        return _("Der offene Betrag einer Rechnung ist berichtigt")
    return _("Die offenen Beträge von {0} Rechnungen sind berichtigt").format(count)


def sums_lines(notice: Notice) -> str:
    """Each invoice with what it owes and what was said before."""
    rows = notice.detail.get("rows")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    lines = [_line(row) for row in found]
    count = notice.detail.get("count")
    more = (count if isinstance(count, int) else 0) - len(lines)
    if more > 0:
        lines.append(_("und {0} weitere").format(more))
    why = _("Was offen ist, folgt aus der Reihenfolge von Zahlungen und Erstattungen.")
    if found and not any(_is_of_owed(row) for row in found):
        why = _("Bezahlt und Status folgen aus den gebuchten Zahlungen.")
    return f"{'; '.join(lines)}. {why}" if lines else why


def _line(row: Mapping[str, object]) -> str:
    number = str(row.get("number") or "")
    owed, before = _money(row, "owed"), _money(row, "owed_before")
    if owed != before:
        return _("{0}: offen {1} statt {2}").format(number, owed, before)
    if not _is_of_owed(row):
        if row.get("status") != row.get("status_before"):
            names = _status(row, "status"), _status(row, "status_before")
            return _("{0}: {1} statt {2}").format(number, *names)
        amounts = _money(row, "paid"), _money(row, "paid_before")
        return _("{0}: bezahlt {1} statt {2}").format(number, *amounts)
    return _("{0}: zu viel bezahlt {1} statt {2}").format(
        number, _money(row, "too_much"), _money(row, "too_much_before")
    )


def _is_of_owed(row: Mapping[str, object]) -> bool:
    """What is owed or too much differs, and not the paid sum or the status alone."""
    return any(row.get(key) != row.get(f"{key}_before") for key in ("owed", "too_much"))


def _status(row: Mapping[str, object], key: str) -> str:
    names = {
        "open": _("Offen"),
        "partially_paid": _("Teilbezahlt"),
        "paid": _("Bezahlt"),
    }
    return names.get(str(row.get(key)), "–")


def _money(row: Mapping[str, object], key: str) -> str:
    minor, currency = row.get(key), row.get("currency")
    if type(minor) is not int or not isinstance(currency, str):
        return "–"
    return money(minor, currency)
