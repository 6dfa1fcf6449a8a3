"""The words of the pills: the status of an invoice, the outcome of an event. No widgets.

Pill("Bezahlt", Tone.GREEN)
status_pills(row, today) / outcome_pill(outcome, source)      # the words of a status
pills_text(pills)                                             # for AccessibleTextRole, tips
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.stripe.events import Outcome, Source
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _
from workmate_desktop.words.tone import Tone


@dataclass(frozen=True, slots=True)
class Pill:
    """Words on a coloured ground."""

    text: str
    tone: Tone = Tone.GREY
    short: str = ""
    """Said instead where there is too little room for all words."""


def status_pills(row: InvoiceRow, today: date) -> tuple[Pill, ...]:
    """The status of an invoice with its derived markers."""
    overdue = row.overdue(today)
    pills = [*_status_pill(row, overdue=overdue)]
    if overdue:
        pills.append(Pill(_("Überfällig"), Tone.RED))
    if row.forgiven_minor > 0 and row.outstanding_minor:
        pills.append(Pill(_("Teilweise erstattet"), Tone.GREY, _("Erstattung")))
    if row.charged_back:
        pills.append(Pill(_("Zurückgebucht"), Tone.RED))
    if row.overpaid:
        pills.append(Pill(_("Überzahlt"), Tone.AMBER))
    if row.running_since is not None:
        pills.append(Pill(_("Zahlung läuft"), Tone.BLUE))
    elif row.payment_failed:
        pills.append(Pill(_("Zahlung fehlgeschlagen"), Tone.RED, _("Fehlschlag")))
    return tuple(pills)


_TONES = {
    InvoiceStatus.DRAFT: Tone.GREY,
    InvoiceStatus.OPEN: Tone.BLUE,
    InvoiceStatus.PARTIALLY_PAID: Tone.AMBER,
    InvoiceStatus.PAID: Tone.GREEN,
    InvoiceStatus.CANCELLED: Tone.GREY,
}


def _status_pill(row: InvoiceRow, *, overdue: bool) -> tuple[Pill, ...]:
    """The first pill; none for an open invoice that is overdue: that says enough."""
    if row.refunded:
        return (Pill(_("Erstattet"), Tone.GREY),)
    if row.partly_refunded and not row.outstanding_minor:
        return (Pill(texts.state_name(row), Tone.GREEN, _("Bezahlt")),)
    match row.status:
        case InvoiceStatus.OPEN if overdue:
            return ()
        case InvoiceStatus.PAID if row.received_minor <= 0 < row.closed_minor:
            return (Pill(_("Ausgebucht"), Tone.GREY),)
    return (Pill(texts.status_name(row.status), _TONES[row.status]),)


def short_pills(pills: Sequence[Pill]) -> tuple[Pill, ...]:
    """What is said where there is too little room for all words."""
    return tuple(Pill(pill.short or pill.text, pill.tone) for pill in pills)


def outcome_pill(outcome: Outcome, source: Source = Source.WEBHOOK) -> Pill:
    """What an event did; one that was fetched says so."""
    words, tone = {
        Outcome.BOOKED: (_("Verbucht"), Tone.GREEN),
        Outcome.FAILURE_RECORDED: (_("Fehlgeschlagen"), Tone.RED),
        Outcome.DUPLICATE: (_("Doppelt"), Tone.GREY),
        Outcome.NEEDS_REVIEW: (_("Klärung nötig"), Tone.AMBER),
        Outcome.IGNORED: (_("Ignoriert"), Tone.GREY),
    }[outcome]
    if source is Source.CATCH_UP:
        words = _("%1 · nachgeholt").replace("%1", words)
    return Pill(words, tone)


def pills_text(pills: Sequence[Pill]) -> str:
    """All words, for screen readers and tool tips."""
    return ", ".join(pill.text for pill in pills)
