"""All that is kept of an event, as lines of words: for the detail view and for support."""

from dataclasses import dataclass
from datetime import datetime

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.invoices.lists import EventRow
from workmate_desktop.words import events as texts
from workmate_desktop.words import formats
from workmate_desktop.words.language import _
from workmate_desktop.words.method_texts import method_name


@dataclass(frozen=True, slots=True)
class EventField:
    """One line. `copyable` values are ids that support asks for."""

    name: str
    value: str
    mono: bool = False
    copyable: bool = False


def event_fields(row: EventRow, clock: Clock) -> list[EventField]:
    """Every field that has a value, the most asked for first."""
    created, received = clock.local(row.created_at), clock.local(row.received_at)
    fields = [
        EventField(_("Ereignis"), row.id, mono=True, copyable=True),
        EventField(_("Zahlung"), row.payment_intent_id or "", True, True),
        EventField(_("Rechnung"), row.invoice_label or "", copyable=True),
        EventField(_("Modus"), texts.mode_words(row.livemode)),
        EventField(_("Quelle"), texts.source_words(row.source)),
        EventField(_("Entstanden"), _moment_words(created)),
        EventField(_("Empfangen"), _moment_words(received)),
        EventField(_("Antwort nach"), _answer(row)),
        EventField(_("Zahlungsart"), _method(row)),
        *(
            EventField(name, _plain(row.detail.get(key)), mono=True)
            for key, name in _detail_names().items()
        ),
    ]
    return [field for field in fields if field.value]


def _detail_names() -> dict[str, str]:
    """The keys of `detail` (store/events/write.py and services/booking/book.py), in words."""
    return {
        "invoice_ref": _("Genannte Rechnung"),
        "invoice_number": _("Genannte Nummer"),
        "status": _("Stand bei Stripe"),
        "decline_code": _("Ablehnungscode"),
        "failure_code": _("Fehlercode"),
        "reason": _("Grund"),
        "instance": _("Installation"),
        "account": _("Stripe-Konto"),
        "problem": _("Auffälliges Feld"),
        "error": _("Programmfehler"),
    }


def _moment_words(moment: datetime) -> str:
    return f"{formats.date_text(moment.date())}, {formats.clock_time(moment)}"


def _answer(row: EventRow) -> str:
    return "" if row.answer_ms is None else texts.answer_words(row.answer_ms)


def _method(row: EventRow) -> str:
    method = row.detail.get("method")
    return method_name(method) if isinstance(method, str) and method else ""


def _plain(value: object) -> str:
    return "" if value is None or value is False else str(value)
