"""The German words of the steps of the background: names, what a failure means, how each stands.

No Qt: `doctor` and the e-mails of `serve` say the same.
"""

from collections.abc import Callable
from datetime import datetime

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.steps import PROGRAM_FAULT, StepName, StepState
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import Message, error_sentence, program_fault
from workmate_desktop.words.right_words import right_words
from workmate_desktop.words.time_text import day_time

Local = Callable[[datetime], datetime]
"""UTC → the time of the office."""


def step_name(name: StepName) -> str:
    """What the step is called in a list."""
    return {
        StepName.CATCH_UP: _("Verpasste Ereignisse nachholen"),
        StepName.COMPARISON: _("Täglicher Abgleich mit Stripe"),
        StepName.FEES: _("Gebühren abrufen"),
        StepName.REFUNDS: _("Offene Erstattungen abschließen"),
        StepName.PAY_LINKS: _("Zahlungslinks abschalten"),
        StepName.ENDPOINT: _("Webhook bei Stripe pflegen"),
        StepName.MAIL: _("E-Mails bei Meldungen senden"),
        StepName.BACKUP: _("Daten sichern"),
        StepName.DISK: _("Speicherplatz prüfen"),
        StepName.SCHEMA: _("Aufbau der Datenbank prüfen"),
        StepName.SEALS: _("Auf fremde Änderungen prüfen"),
        StepName.SUMS: _("Offene Beträge nachrechnen"),
        StepName.SEARCH: _("Suche in Ereignissen pflegen"),
    }[name]


def failure_title(name: StepName) -> str:
    """That it fails again and again, as the title of a notice."""
    return {
        StepName.CATCH_UP: _("Verpasste Ereignisse lassen sich nicht nachholen"),
        StepName.COMPARISON: _("Der tägliche Abgleich mit Stripe ist unvollständig"),
        StepName.FEES: _("Die Gebühren lassen sich bei Stripe nicht abrufen"),
        StepName.REFUNDS: _("Eine Erstattung ist noch nicht abgeschlossen"),
        StepName.PAY_LINKS: _("Ein Zahlungslink lässt sich nicht abschalten"),
        StepName.ENDPOINT: _("Der Webhook bei Stripe lässt sich nicht einrichten"),
        StepName.MAIL: _("E-Mails bei Meldungen kommen nicht an"),
        StepName.BACKUP: _("Die Datensicherung ist fehlgeschlagen"),
        StepName.DISK: _("Der freie Speicherplatz lässt sich nicht feststellen"),
        StepName.SCHEMA: _("Die Datenbank ist nicht, wie das Programm sie anlegt"),
        StepName.SEALS: _("Die Prüfung auf fremde Änderungen ist fehlgeschlagen"),
        StepName.SUMS: _("Die offenen Beträge konnten nicht nachgerechnet werden"),
        StepName.SEARCH: _("Neue Ereignisse sind noch nicht im Suchverzeichnis"),
    }[name]


def consequence(name: StepName) -> str:
    """What it means for the office; empty where that is plain."""
    return {
        StepName.CATCH_UP: _("Zahlungen können fehlen."),
        StepName.COMPARISON: _("Zahlungen, Erstattungen oder Rückbuchungen können fehlen."),
        StepName.REFUNDS: _("Ob das Geld zurückging, ist noch offen."),
        StepName.PAY_LINKS: _("Kunden können darüber noch bezahlen."),
        StepName.SCHEMA: _("Beträge und Status können falsch sein."),
        StepName.BACKUP: _("Neue Daten sind noch nicht gesichert."),
    }.get(name, "")


def trouble_words(trouble: str | None, right: str | None = None) -> Message:
    """Why it failed, and what mends it. What passes is tried again without anybody."""
    if trouble is None or trouble == PROGRAM_FAULT:
        return program_fault()
    kind = next((one for one in StripeRefusal if trouble == f"stripe_{one.value}"), None)
    error = StripeRefused(kind, right=right) if kind is not None else UserError(trouble)
    message = error_sentence(error)
    if kind in (
        StripeRefusal.NO_NET,
        StripeRefusal.TIMEOUT,
        StripeRefusal.RATE_LIMITED,
        StripeRefusal.STRIPE_DOWN,
    ):
        return Message(message.sentence, _("Das Programm versucht es automatisch weiter."))
    return message


def short_trouble(trouble: str | None, right: str | None = None) -> str:
    """Why it failed, short enough for a cell."""
    if right is not None:
        return _("dem Schlüssel fehlt das Recht „{0}“").format(right_words(right))
    return trouble_words(trouble).sentence.removesuffix(".")


def state_words(state: StepState) -> str:
    """How it stands: "in Ordnung", "bisher nicht nötig", "fehlgeschlagen, 9 Versuche"."""
    if state.failures > 1:
        return _("fehlgeschlagen, {0} Versuche").format(state.failures)
    if state.failing:
        return _("fehlgeschlagen")
    return _("in Ordnung") if state.done_at is not None else _("bisher nicht nötig")


def time_words(moment: datetime | None, now: datetime, local: Local) -> str:
    """ "heute 14:02", or a dash. `now` is the office's time."""
    return day_time(local(moment), now) if moment is not None else "–"
