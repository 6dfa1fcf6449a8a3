"""Every outcome, reason, source, state and scenario has its German words."""

from collections.abc import Sequence

import pytest

from tests.ui.fakes import HOSTILE
from tests.ui.stripe.fakes import URL, event
from workmate_desktop.domain.invoices.lists import EventFilter
from workmate_desktop.domain.secrets import SecretPlace
from workmate_desktop.domain.stripe.events import PAYMENT_FAILED, Outcome, Reason, Source
from workmate_desktop.domain.stripe.scenario import Scenario
from workmate_desktop.gateways.stripe.webhook import NotAuthenticReason as Refusal
from workmate_desktop.services.reception.reception import ReceptionState, ReceptionStatus
from workmate_desktop.store.database.errors import StoreTrouble
from workmate_desktop.words import events as texts
from workmate_desktop.words import reception_texts
from workmate_desktop.words.reason_texts import reason_words
from workmate_desktop.words.tone import Tone

TROUBLES = ["port_unavailable", "secret_mismatch", "strangers_refused", *StoreTrouble]


def _all_different(words: Sequence[object]) -> None:
    assert all(words)
    assert len(set(words)) == len(words)


def test_the_enumerations_have_different_words() -> None:
    _all_different([texts.place_words(place) for place in SecretPlace])
    _all_different([texts.source_words(source) for source in Source])
    _all_different([texts.filter_words(which) for which in EventFilter])
    _all_different([texts.scenario_words(scenario) for scenario in Scenario])
    _all_different([reception_texts.refused_words(reason.value) for reason in Refusal])
    _all_different([texts.no_events_words(which, "") for which in EventFilter])


@pytest.mark.parametrize("reason", Refusal)
def test_refusals_are_told_in_german(reason: Refusal) -> None:
    assert reception_texts.refused_words(reason.value) != reason.value


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("failed", [False, True])
def test_every_reason_is_explained(reason: Reason, failed: bool) -> None:
    explanation = reason_words(reason, failed=failed)
    assert explanation.what.endswith(".")
    assert not explanation.todo or explanation.todo.endswith((".", "?"))


def test_the_reasons_are_told_apart() -> None:
    _all_different([reason_words(reason).what for reason in Reason])


def test_money_without_an_invoice_reads_like_the_picture() -> None:
    row = event(1, Outcome.NEEDS_REVIEW, label=None, reason="no_invoice")
    assert texts.explain(row).what == (
        "Stripe meldet eine erfolgreiche Zahlung, nennt aber keine Rechnung. "
        "Vielleicht wurde sie direkt im Stripe-Dashboard ausgelöst."
    )


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_explained(outcome: Outcome) -> None:
    assert texts.explain(event(1, outcome)).what.endswith((".", "!"))


def test_a_failure_says_why() -> None:
    row = event(1, Outcome.FAILURE_RECORDED, decline_code="insufficient_funds")
    assert row.type == PAYMENT_FAILED
    what = texts.explain(row).what
    assert what.startswith("Die Zahlung ist fehlgeschlagen: ")
    assert what != texts.explain(event(1, Outcome.FAILURE_RECORDED)).what


@pytest.mark.parametrize("kept", [None, 7, "no_such_reason", ["no_invoice"]])
def test_a_detail_from_elsewhere_is_survived(kept: object) -> None:
    row = event(1, Outcome.NEEDS_REVIEW, reason=kept, decline_code=kept)
    assert texts.explain(row).what


def test_what_did_not_come_by_webhook_says_so() -> None:
    pills = [texts.event_pill(event(1, source=source)).text for source in Source]
    assert pills == [
        "Verbucht",
        "Verbucht · nachgeholt",
        "Verbucht · Abruf",
        "Verbucht · Simulation",
    ]


@pytest.mark.parametrize(
    ("milliseconds", "words"), [(None, "–"), (0.2, "< 1 ms"), (6.2, "6 ms"), (1234.5, "1234 ms")]
)
def test_answer_times(milliseconds: float | None, words: str) -> None:
    assert texts.answer_words(milliseconds) == words


@pytest.mark.parametrize("before", Outcome)
@pytest.mark.parametrize("after", Outcome)
def test_processing_again_is_always_told(before: Outcome, after: Outcome) -> None:
    words = texts.reprocessed_words(before, after)
    assert words.startswith("Nichts geändert") == (before is after)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_trouble_of_the_empfang_has_a_sentence(trouble: str) -> None:
    words = reception_texts.trouble_words(str(trouble))
    assert not words.startswith("Unbekannte")
    state = ReceptionState(ReceptionStatus.DISTURBED, trouble=str(trouble))
    shown = reception_texts.reception_words(state, configured=True)
    assert (shown.tone, shown.trouble) == (Tone.RED, words)


def test_without_keys_the_empfang_is_simply_off() -> None:
    state = ReceptionState(ReceptionStatus.NO_SECRET, port=8000, local_url=URL)
    assert reception_texts.reception_words(state, configured=False).tone is Tone.GREY
    assert reception_texts.reception_words(state, configured=True).tone is Tone.RED
    assert "Webhook Secret" in reception_texts.reception_words(state, configured=True).trouble


@pytest.mark.parametrize("hostile", [*HOSTILE, "%1 %2", "%%1"])
def test_words_searched_for_are_repeated_as_they_are(hostile: str) -> None:
    assert hostile in texts.no_events_words(EventFilter.ALL, hostile)[1]
