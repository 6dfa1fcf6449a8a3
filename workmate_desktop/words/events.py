"""The German words of the Stripe tab: codes and values in, sentences out. No widgets."""

from workmate_desktop.domain.invoices.lists import EventFilter, EventRow
from workmate_desktop.domain.secrets import SecretPlace
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
from workmate_desktop.words.language import _
from workmate_desktop.words.pills import Pill, outcome_pill
from workmate_desktop.words.reason_texts import Explanation, reason_words
from workmate_desktop.words.tone import Tone


def mode_words(livemode: bool | None) -> str:
    """Testmodus, Livebetrieb, or a dash while no key tells."""
    if livemode is None:
        return formats.NONE
    return _("Livebetrieb") if livemode else _("Testmodus")


def place_words(place: SecretPlace) -> str:
    """Where the secrets lie."""
    return {
        SecretPlace.KEYRING: _("Passwortspeicher dieses PCs"),
        SecretPlace.FILE: _("Verschlüsselte Datei"),
        SecretPlace.ENVIRONMENT: _("Umgebungsvariablen"),
        SecretPlace.MEMORY: _("Nur bis zum Programmende"),
    }[place]


# --- Ereignisse ----------------------------------------------------------------------------


def filter_words(which: EventFilter) -> str:
    """The words of a chip."""
    return {
        EventFilter.ALL: _("Alle"),
        EventFilter.ERRORS: _("Nur Fehler"),
        EventFilter.REVIEW: _("Klärung nötig"),
    }[which]


def no_events_words(which: EventFilter, text: str) -> tuple[str, str]:
    """Title and sentence for a list without events."""
    if text:
        sentence = _("Ereignis, Rechnung und Kennungen wurden nach „%1“ durchsucht.")
        return _("Nichts gefunden"), sentence.replace("%1", text)
    if which is EventFilter.ERRORS:
        return _("Keine Fehler"), _("Keine Zahlung ist fehlgeschlagen, nichts ist zu klären.")
    if which is EventFilter.REVIEW:
        return _("Nichts zu klären"), _("Nichts wartet auf eine Entscheidung.")
    return (
        _("Noch kein Ereignis"),
        _("Sobald ein Kunde zahlt, meldet Stripe es hier, und die Rechnung springt auf „Bezahlt“."),
    )


def source_words(source: Source) -> str:
    """How the event came."""
    return {
        Source.WEBHOOK: _("Webhook"),
        Source.CATCH_UP: _("Nachgeholt"),
        Source.POLL: _("Abruf"),
        Source.SIMULATION: _("Simulation"),
    }[source]


def event_pill(row: EventRow) -> Pill:
    """What the event did; one that did not come by webhook says so."""
    pill = outcome_pill(row.outcome)
    if reason_of(row) is Reason.PAYMENT_RUNNING:
        pill = Pill(_("Zahlung läuft"), Tone.BLUE)
    suffix = {
        Source.WEBHOOK: "",
        Source.CATCH_UP: _("nachgeholt"),
        Source.POLL: _("Abruf"),
        Source.SIMULATION: _("Simulation"),
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
            + _("Sie wurde von Hand einer Rechnung zugeordnet und ist dort verbucht.")
        )
    if reason is not None:
        return reason_words(reason, failed=row.type == PAYMENT_FAILED)
    return outcome_words(row)


def outcome_words(row: EventRow) -> Explanation:
    """What an outcome means that needs no further reason."""
    match row.outcome:
        case Outcome.BOOKED if row.type in REVERSAL_TYPES:
            return Explanation(
                _(
                    "Stripe meldet Geld, das zurückging oder wiederkam. Es ist bei der Zahlung als "
                    "Gegenbuchung verbucht, der Status der Rechnung ist angepasst."
                )
            )
        case Outcome.BOOKED:
            return Explanation(
                _("Stripe meldet eine erfolgreiche Zahlung. Sie ist auf der Rechnung verbucht.")
            )
        case Outcome.FAILURE_RECORDED:
            what = _("Die Zahlung ist fehlgeschlagen: %1")
            return Explanation(
                what.replace("%1", failure_words(row)),
                _("Die Rechnung bleibt offen. Der Kunde kann es noch einmal versuchen."),
            )
        case Outcome.DUPLICATE:
            return Explanation(
                _("Stripe hat dasselbe noch einmal gemeldet. Es wurde nichts doppelt verbucht.")
            )
        case Outcome.NEEDS_REVIEW:
            return Explanation(
                _("Das Programm darf hier nicht allein entscheiden."),
                _("Bitte im Stripe-Dashboard nachsehen, worum es geht."),
            )
        case Outcome.IGNORED:
            return Explanation(_("Dieses Ereignis ist für die Rechnungen ohne Bedeutung."))


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
            Outcome.BOOKED: _("Nichts geändert: Die Zahlung war schon verbucht."),
            Outcome.FAILURE_RECORDED: _(
                "Nichts geändert: Die fehlgeschlagene Zahlung war schon vermerkt."
            ),
            Outcome.DUPLICATE: _("Nichts geändert: Das Ereignis bleibt ein doppeltes."),
            Outcome.NEEDS_REVIEW: _("Nichts geändert: Es ist noch immer etwas zu klären."),
            Outcome.IGNORED: _("Nichts geändert: Das Ereignis ist weiter ohne Bedeutung."),
        }[after]
    return {
        Outcome.BOOKED: _("Erledigt: Die Zahlung ist jetzt verbucht."),
        Outcome.FAILURE_RECORDED: _("Erledigt: Die fehlgeschlagene Zahlung ist jetzt vermerkt."),
        Outcome.DUPLICATE: _("Erledigt: Die Zahlung war schon auf anderem Weg verbucht."),
        Outcome.NEEDS_REVIEW: _("Jetzt ist etwas zu klären."),
        Outcome.IGNORED: _("Erledigt: Das Ereignis ist ohne Bedeutung."),
    }[after]


# --- Zahlung simulieren ----------------------------------------------------------------------


def scenario_words(scenario: Scenario) -> tuple[str, str]:
    """Title and sentence of a scenario."""
    return {
        Scenario.SUCCESS: (_("Erfolgreich"), _("Der Kunde zahlt den offenen Betrag.")),
        Scenario.PARTIAL: (_("Teilzahlung"), _("Der Kunde zahlt die Hälfte.")),
        Scenario.OVERPAID: (_("Überzahlung"), _("Der Kunde zahlt mehr, als offen ist.")),
        Scenario.DECLINED: (_("Karte abgelehnt"), _("Die Bank lehnt ohne Begründung ab.")),
        Scenario.INSUFFICIENT_FUNDS: (
            _("Zu wenig Deckung"),
            _("Das Konto der Karte ist nicht gedeckt."),
        ),
        Scenario.DUPLICATE: (
            _("Doppelt zugestellt"),
            _("Stripe meldet dieselbe Zahlung dreimal."),
        ),
        Scenario.LATE_FAILURE: (
            _("Verspätete Meldung"),
            _("Nach der Zahlung wird noch ein fehlgeschlagener Versuch gemeldet."),
        ),
        Scenario.UNKNOWN_INVOICE: (
            _("Unbekannte Rechnung"),
            _("Geld, das keine Rechnung findet."),
        ),
    }[scenario]


def answers_words(answers: list[int], milliseconds: float) -> str:
    """The HTTP answers of a simulation, for the tooltip."""
    took = answer_words(milliseconds)
    one = len(answers) == 1
    sentence = _("Antwort %1 in %2.") if one else _("Antworten %1 in %2.")
    return sentence.replace("%1", ", ".join(map(str, answers))).replace("%2", took)
