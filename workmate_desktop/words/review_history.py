"""The lines of the Verlauf that come from Klärung nötig, in German."""

from collections.abc import Mapping

from workmate_desktop.domain.history import Action, HistoryLine
from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.words.language import _
from workmate_desktop.words.review import reason_title
from workmate_desktop.words.tone import Tone


def review_titles() -> dict[str, str]:
    """What happened, by action."""
    return {
        Action.PAYMENT_TO_REVIEW: _("Zahlung wartet auf Klärung"),
        Action.PAYMENT_ASSIGNED: _("Zahlung zugeordnet"),
        Action.ASSIGNMENT_UNDONE: _("Zuordnung rückgängig gemacht"),
        Action.REVIEW_SET_ASIDE: _("Klärung entschieden"),
        Action.REVIEW_REOPENED: _("Klärung wieder offen"),
        Action.CREDIT_KEPT: _("Als Guthaben vorgemerkt"),
        Action.CREDIT_USED: _("Guthaben abgezogen"),
        Action.MONEY_MOVED: _("Zahlung verteilt"),
        Action.MOVE_UNDONE: _("Guthaben oder Verteilung zurückgenommen"),
        Action.REVERSAL_PLACED: _("Erstattung zugeordnet"),
        Action.CREDIT_UNDONE: _("Guthaben zurückgenommen"),
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
            return _("Die Zahlung wurde {0} zugeordnet").format(other)
        if detail.get("refunded"):
            return _("Das Geld ging zurück an den Kunden")
        return _word(detail, "reason")
    if line.action in _OF_TWO:
        where = _("aus {0}").format(origin) if origin else ""
        if other or line.action == Action.CREDIT_USED:
            where = where or (_("auf {0}").format(other) if other else _("auf einen Entwurf"))
        gone = detail.get("because_gone") is True
        why = _("Das Geld ging zurück, deshalb ist es wieder offen") if gone and origin else ""
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
