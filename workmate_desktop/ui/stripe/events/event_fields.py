"""All that is kept of an event, as lines of words: for the detail view and for support."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.invoices.lists import EventRow
from workmate_desktop.words import events as texts
from workmate_desktop.words import formats
from workmate_desktop.words.method_texts import method_name


@dataclass(frozen=True, slots=True)
class EventField:
    """One line. `copyable` values are ids that support asks for."""

    name: str
    value: str
    mono: bool = False
    copyable: bool = False


def _tr(text: str) -> str:
    return QCoreApplication.translate("stripe", text)


def event_fields(row: EventRow, clock: Clock) -> list[EventField]:
    """Every field that has a value, the most asked for first."""
    created, received = clock.local(row.created_at), clock.local(row.received_at)
    fields = [
        EventField(_tr("Ereignis"), row.id, mono=True, copyable=True),
        EventField(_tr("Zahlung"), row.payment_intent_id or "", True, True),
        EventField(_tr("Rechnung"), row.invoice_label or "", copyable=True),
        EventField(_tr("Modus"), texts.mode_words(row.livemode)),
        EventField(_tr("Quelle"), texts.source_words(row.source)),
        EventField(_tr("Entstanden"), _moment_words(created)),
        EventField(_tr("Empfangen"), _moment_words(received)),
        EventField(_tr("Antwort nach"), _answer(row)),
        EventField(_tr("Zahlungsart"), _method(row)),
        *(
            EventField(name, _plain(row.detail.get(key)), mono=True)
            for key, name in _detail_names().items()
        ),
    ]
    return [field for field in fields if field.value]


def _detail_names() -> dict[str, str]:
    """The keys of `detail` (store/events/write.py and services/booking/book.py), in words."""
    return {
        "invoice_ref": _tr("Genannte Rechnung"),
        "invoice_number": _tr("Genannte Nummer"),
        "status": _tr("Stand bei Stripe"),
        "decline_code": _tr("Ablehnungscode"),
        "failure_code": _tr("Fehlercode"),
        "reason": _tr("Grund"),
        "instance": _tr("Installation"),
        "account": _tr("Stripe-Konto"),
        "problem": _tr("Auffälliges Feld"),
        "error": _tr("Programmfehler"),
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
