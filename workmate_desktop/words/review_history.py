"""The lines of the Verlauf that come from Klärung nötig, in German."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from workmate_desktop.domain.history import Action, HistoryLine
from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.words.review import reason_title
from workmate_desktop.words.tone import Tone


def _tr(text: str) -> str:
    return QCoreApplication.translate("review_history", text)


def review_titles() -> dict[str, str]:
    """What happened, by action."""
    return {
        Action.PAYMENT_TO_REVIEW: _tr("Zahlung wartet auf Klärung"),
        Action.PAYMENT_ASSIGNED: _tr("Zahlung zugeordnet"),
        Action.ASSIGNMENT_UNDONE: _tr("Zuordnung rückgängig gemacht"),
        Action.REVIEW_SET_ASIDE: _tr("Klärung entschieden"),
        Action.REVIEW_REOPENED: _tr("Klärung wieder offen"),
        Action.CREDIT_KEPT: _tr("Als Guthaben vorgemerkt"),
        Action.CREDIT_USED: _tr("Guthaben abgezogen"),
        Action.MONEY_MOVED: _tr("Zahlung verteilt"),
        Action.MOVE_UNDONE: _tr("Guthaben oder Verteilung zurückgenommen"),
        Action.REVERSAL_PLACED: _tr("Erstattung zugeordnet"),
        Action.CREDIT_UNDONE: _tr("Guthaben zurückgenommen"),
    }


def review_note(line: HistoryLine) -> str:
    """Why, or where to; empty when there is nothing to add."""
    detail = line.detail
    other, origin = _word(detail, "other"), _word(detail, "origin")
    if line.action == Action.PAYMENT_TO_REVIEW:
        reason = _word(detail, "reason")
        return reason_title(Reason(reason)) if reason in set(Reason) else ""
    if line.action == Action.REVIEW_SET_ASIDE:
        if other:
            return _tr("Die Zahlung wurde {0} zugeordnet").format(other)
        if detail.get("refunded"):
            return _tr("Das Geld ging zurück an den Kunden")
        return _word(detail, "reason")
    if line.action in _OF_TWO:
        where = _tr("aus {0}").format(origin) if origin else ""
        if other or line.action == Action.CREDIT_USED:
            where = where or (_tr("auf {0}").format(other) if other else _tr("auf einen Entwurf"))
        gone = detail.get("because_gone") is True
        why = _tr("Das Geld ging zurück, deshalb ist es wieder offen") if gone and origin else ""
        return ". ".join(part for part in (where, why) if part)
    return ""


_OF_TWO = (Action.CREDIT_USED, Action.MONEY_MOVED, Action.MOVE_UNDONE, Action.REVERSAL_PLACED)
"""Lines that stand on two invoices, each naming the other."""

REVIEW_TONES: Mapping[str, Tone] = {
    Action.PAYMENT_TO_REVIEW: Tone.AMBER,
    Action.PAYMENT_ASSIGNED: Tone.GREEN,
    Action.ASSIGNMENT_UNDONE: Tone.AMBER,
}


def _word(detail: Mapping[str, object], key: str) -> str:
    value = detail.get(key)
    return value if isinstance(value, str) else ""
