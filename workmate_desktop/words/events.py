"""The German words of the Stripe tab: codes and values in, sentences out. No widgets."""

from PySide6.QtCore import QCoreApplication

from workmate_desktop.domain.invoices.lists import EventFilter, EventRow
from workmate_desktop.domain.secrets import Place
from workmate_desktop.domain.stripe.events import (
    PAYMENT_FAILED,
    PAYMENT_SUCCEEDED,
    REVERSAL_TYPES,
    Outcome,
    Reason,
    Source,
)
from workmate_desktop.domain.stripe.scenario import Scenario
from workmate_desktop.words import formats
from workmate_desktop.words.decline_reasons import decline_reason
from workmate_desktop.words.pills import Pill, outcome_pill
from workmate_desktop.words.reason_texts import Explanation, reason_words
from workmate_desktop.words.tone import Tone


def _tr(text: str) -> str:
    return QCoreApplication.translate("stripe", text)


def mode_words(livemode: bool | None) -> str:
    """Testmodus, Livebetrieb, or a dash while no key tells."""
    if livemode is None:
        return formats.NONE
    return _tr("Livebetrieb") if livemode else _tr("Testmodus")


def place_words(place: Place) -> str:
    """Where the secrets lie."""
    return {
        Place.KEYRING: _tr("Schlüsselbund dieses PCs"),
        Place.FILE: _tr("Verschlüsselte Datei"),
        Place.ENVIRONMENT: _tr("Umgebungsvariablen"),
        Place.MEMORY: _tr("Nur bis zum Programmende"),
    }[place]


# --- Ereignisse ----------------------------------------------------------------------------


def filter_words(which: EventFilter) -> str:
    """The words of a chip."""
    return {
        EventFilter.ALL: _tr("Alle"),
        EventFilter.ERRORS: _tr("Nur Fehler"),
        EventFilter.REVIEW: _tr("Klärung nötig"),
    }[which]


def no_events_words(which: EventFilter, text: str) -> tuple[str, str]:
    """Title and sentence for a list without events."""
    if text:
        sentence = _tr("Ereignis, Rechnung und Kennungen wurden nach „%1“ durchsucht.")
        return _tr("Nichts gefunden"), sentence.replace("%1", text)
    if which is EventFilter.ERRORS:
        return _tr("Keine Fehler"), _tr("Keine Zahlung ist fehlgeschlagen, nichts ist zu klären.")
    if which is EventFilter.REVIEW:
        return _tr("Nichts zu klären"), _tr("Nichts wartet auf eine Entscheidung.")
    return (
        _tr("Noch kein Ereignis"),
        _tr("Sobald ein Kunde zahlt, meldet Stripe es hier, und die Rechnung wird Bezahlt."),
    )


def source_words(source: Source) -> str:
    """How the event came."""
    return {
        Source.WEBHOOK: _tr("Webhook"),
        Source.CATCH_UP: _tr("Nachgeholt"),
        Source.POLL: _tr("Abruf"),
        Source.SIMULATION: _tr("Simulation"),
    }[source]


def event_pill(row: EventRow) -> Pill:
    """What the event did; one that did not come by webhook says so."""
    pill = outcome_pill(row.outcome)
    if reason_of(row) is Reason.PAYMENT_RUNNING:
        pill = Pill(_tr("Zahlung läuft"), Tone.BLUE)
    suffix = {
        Source.WEBHOOK: "",
        Source.CATCH_UP: _tr("nachgeholt"),
        Source.POLL: _tr("Abruf"),
        Source.SIMULATION: _tr("Simulation"),
    }[row.source]
    return Pill(f"{pill.text} · {suffix}", pill.tone) if suffix else pill


def answer_words(milliseconds: float | None) -> str:
    """How long our answer took: "6 ms"."""
    if milliseconds is None:
        return formats.NONE
    if milliseconds < 0.95:
        return "< 1 ms"
    return f"{round(milliseconds)} ms"


def amount_words(row: EventRow) -> str:
    """The amount of an event, or a dash."""
    if row.amount_minor is None or row.currency is None:
        return formats.NONE
    return formats.money(row.amount_minor, row.currency)


def reason_of(row: EventRow) -> Reason | None:
    """The reason that was kept with the event."""
    kept = row.detail.get("reason")
    return Reason(kept) if isinstance(kept, str) and kept in set(Reason) else None


def stands_in_review(row: EventRow) -> bool:
    """Klärung nötig lists it: it waits, or is money of another program."""
    others = row.type == PAYMENT_SUCCEEDED and row.outcome is Outcome.IGNORED
    return row.outcome is Outcome.NEEDS_REVIEW or (others and reason_of(row) is Reason.NOT_OURS)


def explain(row: EventRow) -> Explanation:
    """An event in plain words."""
    reason = reason_of(row)
    if reason is not None and row.outcome is Outcome.BOOKED:
        return Explanation(
            reason_words(reason).what
            + " "
            + _tr("Sie wurde von Hand einer Rechnung zugeordnet und ist dort verbucht.")
        )
    if reason is not None:
        return reason_words(reason, failed=row.type == PAYMENT_FAILED)
    return outcome_words(row)


def outcome_words(row: EventRow) -> Explanation:
    """What an outcome means that needs no further reason."""
    match row.outcome:
        case Outcome.BOOKED if row.type in REVERSAL_TYPES:
            return Explanation(
                _tr(
                    "Stripe meldet Geld, das zurückging oder wiederkam. Es ist bei der Zahlung als "
                    "Gegenbuchung verbucht, der Status der Rechnung ist angepasst."
                )
            )
        case Outcome.BOOKED:
            return Explanation(
                _tr("Stripe meldet eine erfolgreiche Zahlung. Sie ist auf der Rechnung verbucht.")
            )
        case Outcome.FAILURE_RECORDED:
            what = _tr("Die Zahlung ist fehlgeschlagen: %1")
            return Explanation(
                what.replace("%1", failure_words(row)),
                _tr("Die Rechnung bleibt offen. Der Kunde kann es noch einmal versuchen."),
            )
        case Outcome.DUPLICATE:
            return Explanation(
                _tr("Stripe hat dasselbe noch einmal gemeldet. Es wurde nichts doppelt verbucht.")
            )
        case Outcome.NEEDS_REVIEW:
            return Explanation(
                _tr("Das Programm darf hier nicht allein entscheiden."),
                _tr("Bitte im Stripe-Dashboard nachsehen, worum es geht."),
            )
        case Outcome.IGNORED:
            return Explanation(_tr("Dieses Ereignis ist für die Rechnungen ohne Bedeutung."))


def failure_words(row: EventRow) -> str:
    """Why Stripe declined."""
    decline, failure = row.detail.get("decline_code"), row.detail.get("failure_code")
    return decline_reason(
        decline if isinstance(decline, str) else None,
        failure if isinstance(failure, str) else None,
    )


def reprocessed_words(before: Outcome, after: Outcome) -> str:
    """What Erneut verarbeiten did."""
    if before is after:
        return {
            Outcome.BOOKED: _tr("Nichts geändert: Die Zahlung war schon verbucht."),
            Outcome.FAILURE_RECORDED: _tr("Nichts geändert: Der Fehlschlag war schon vermerkt."),
            Outcome.DUPLICATE: _tr("Nichts geändert: Das Ereignis bleibt ein doppeltes."),
            Outcome.NEEDS_REVIEW: _tr("Nichts geändert: Es ist noch immer etwas zu klären."),
            Outcome.IGNORED: _tr("Nichts geändert: Das Ereignis ist weiter ohne Bedeutung."),
        }[after]
    return {
        Outcome.BOOKED: _tr("Erledigt: Die Zahlung ist jetzt verbucht."),
        Outcome.FAILURE_RECORDED: _tr("Erledigt: Der Fehlschlag ist jetzt vermerkt."),
        Outcome.DUPLICATE: _tr("Erledigt: Die Zahlung war schon auf anderem Weg verbucht."),
        Outcome.NEEDS_REVIEW: _tr("Jetzt ist etwas zu klären."),
        Outcome.IGNORED: _tr("Erledigt: Das Ereignis ist ohne Bedeutung."),
    }[after]


# --- Zahlung simulieren ----------------------------------------------------------------------


def scenario_words(scenario: Scenario) -> tuple[str, str]:
    """Title and sentence of a scenario."""
    return {
        Scenario.SUCCESS: (_tr("Erfolgreich"), _tr("Der Kunde zahlt den offenen Betrag.")),
        Scenario.PARTIAL: (_tr("Teilzahlung"), _tr("Der Kunde zahlt die Hälfte.")),
        Scenario.OVERPAID: (_tr("Überzahlung"), _tr("Der Kunde zahlt mehr, als offen ist.")),
        Scenario.DECLINED: (_tr("Karte abgelehnt"), _tr("Die Bank lehnt ohne Begründung ab.")),
        Scenario.INSUFFICIENT_FUNDS: (
            _tr("Zu wenig Deckung"),
            _tr("Das Konto der Karte ist nicht gedeckt."),
        ),
        Scenario.DUPLICATE: (
            _tr("Doppelt zugestellt"),
            _tr("Stripe meldet dieselbe Zahlung dreimal."),
        ),
        Scenario.LATE_FAILURE: (
            _tr("Verspäteter Fehlschlag"),
            _tr("Nach der Zahlung kommt ein Fehlschlag."),
        ),
        Scenario.UNKNOWN_INVOICE: (
            _tr("Unbekannte Rechnung"),
            _tr("Geld, das keine Rechnung findet."),
        ),
    }[scenario]


def answers_words(answers: list[int], milliseconds: float) -> str:
    """The HTTP answers of a simulation."""
    took = answer_words(milliseconds)
    one = len(answers) == 1
    sentence = _tr("Antwort %1 in %2.") if one else _tr("Antworten %1 in %2.")
    return sentence.replace("%1", ", ".join(map(str, answers))).replace("%2", took)
