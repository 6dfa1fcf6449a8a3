"""Erstatten: once, whatever happens on the way."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.factories import at_once, encoded
from tests.reversal_events import refund_event
from tests.services.catch_up.absence import Absence
from tests.standins.stripe_api import LIVE_KEY, PUBLISHABLE_KEY
from tests.standins.stripe_dashboard import Dashboard
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.payments.payments import RequestState
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.gateways.stripe.webhook import parse
from workmate_desktop.services.booking.refunds import Refunds

NOBODY_CANCELS = threading.Event()


class Desk:
    """An office with one paid invoice, and Stripe."""

    def __init__(self, absence: Absence) -> None:
        self.at = absence
        self.office = absence.office
        [self.invoice] = absence.invoices(1)
        absence.first_run()
        absence.later(hours=1)
        absence.pay(self.invoice)
        absence.run()
        [(self.payment, self.intent)] = self.office.rows(
            "SELECT id, stripe_payment_intent_id FROM payments"
        )
        self.refunds = self.new_refunds()

    def new_refunds(self) -> Refunds:
        """As after a new start."""
        office = self.office
        return Refunds(
            office.writer,
            office.database,
            office.receive,
            self.at.clock,
            self.at.api,
            lambda: office.keys,
            "anna",
        )

    def refund(self, amount: int = 1900, reason: str = "Kulanz") -> RequestState:
        return self.refunds.refund(self.payment, amount, reason)

    def at_stripe(self) -> int:
        """What Stripe has given back."""
        with self.at.stripe.locked():
            refunds = self.at.stripe._ledger.all_of("refund", False)
            return sum(one["amount"] for one in refunds if one["status"] != "failed")

    def state(self) -> tuple[str, int, int]:
        row = self.office.books.invoice_row(self.invoice)
        assert row is not None
        return row.status.value, row.paid_minor, row.refunded_minor

    def requests(self) -> list[tuple[str, str | None]]:
        return self.office.rows("SELECT state, trouble FROM refund_requests ORDER BY rowid")

    def actions(self) -> list[str]:
        return [line.action for line in reversed(self.office.books.history(self.invoice))]

    def notices(self) -> list[str]:
        self.office.settled()
        return [kind for (kind,) in self.office.rows("SELECT kind FROM notices ORDER BY rowid")]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    absence = Absence(tmp_path)
    yield Desk(absence)
    absence.close()


def code_of(desk: Desk, amount: int = 1900, reason: str = "Kulanz") -> str:
    with pytest.raises(UserError) as error:
        desk.refund(amount, reason)
    return error.value.code


def test_a_part_goes_back(desk: Desk) -> None:
    assert desk.refund() is RequestState.DONE
    assert desk.state() == ("partially_paid", 10000, 1900)
    assert desk.at_stripe() == 1900
    assert desk.requests() == [("done", None)]
    assert desk.actions()[-2:] == ["refund_requested", "refunded"]
    [request, booked] = list(reversed(desk.office.books.history(desk.invoice)))[-2:]
    assert (request.actor, request.detail["note"]) == ("anna", "Kulanz")
    assert booked.detail["refund_request"] == request.detail["refund_request"]


def test_the_events_that_follow_add_nothing(desk: Desk) -> None:
    desk.refund(11900)
    desk.at.later(minutes=5)
    assert desk.at.run().complete
    assert desk.state() == ("open", 0, 11900)
    assert desk.actions().count("refunded") == 1
    assert desk.notices().count("refunded") == 1


def test_all_of_it_in_parts_and_not_a_cent_more(desk: Desk) -> None:
    for _ in range(2):
        assert desk.refund(5000) is RequestState.DONE
    assert code_of(desk, 1901) == "refund_too_much"
    assert desk.refund(1900) is RequestState.DONE
    assert code_of(desk, 1) == "refund_too_much"
    assert desk.state() == ("open", 0, 11900)
    assert desk.at_stripe() == 11900


def test_mc2_what_went_back_by_hand_does_not_go_back_by_stripe_too(desk: Desk) -> None:
    back = desk.office.invoicing.pay_back
    today = desk.office.clock.today()
    by_hand = back(desk.invoice, 10000, "bank_transfer", today, "Karte abgelaufen").result(PATIENCE)
    assert code_of(desk, 1901) == "refund_by_hand_already"
    assert desk.requests() == []
    desk.office.invoicing.reverse_payment(by_hand, "nie überwiesen").result(PATIENCE)
    assert desk.refund(1901) is RequestState.DONE


def test_mc2_money_that_came_by_hand_goes_back_by_hand(desk: Desk) -> None:
    """It was paid twice: by card, and by a transfer, which went back by a transfer."""
    invoicing, today = desk.office.invoicing, desk.office.clock.today()
    invoicing.add_manual_payment(desk.invoice, 11900, "bank_transfer", today).result(PATIENCE)
    invoicing.pay_back(desk.invoice, 11900, "bank_transfer", today, "doppelt").result(PATIENCE)
    assert desk.refund(11900) is RequestState.DONE


def test_mc2_what_stripe_is_giving_back_is_not_given_back_by_hand(desk: Desk) -> None:
    desk.at.stripe.fail_next(Fault.RESET, 2)
    today = desk.office.clock.today()
    assert desk.refund(10000) is RequestState.ASKED
    again = desk.office.invoicing.pay_back(desk.invoice, 1901, "cash", today, "x").exception(10)
    assert isinstance(again, UserError)
    assert again.code == "refund_under_way"
    desk.office.invoicing.pay_back(desk.invoice, 1900, "cash", today, "x").result(PATIENCE)


@pytest.mark.parametrize("amount", [0, -1])
def test_no_amount(desk: Desk, amount: int) -> None:
    assert code_of(desk, amount) == "refund_too_much"
    assert desk.requests() == []


def test_a_reason_is_needed(desk: Desk) -> None:
    assert code_of(desk, reason="  ") == "reason_missing"


def test_eight_clicks_at_once_are_one_refund(desk: Desk) -> None:
    answers = at_once([desk.refund] * 8)
    assert RequestState.DONE in answers
    assert desk.at_stripe() % 1900 == 0
    # Clicks that came after the answer are new refunds; those beside it are the same one.
    assert desk.at_stripe() // 1900 == len(desk.requests())
    assert desk.state()[2] == desk.at_stripe()


def test_two_programs_at_once_are_one_refund(desk: Desk) -> None:
    """Both found the request of the same click open."""
    desk.at.stripe.fail_next(Fault.RESET, 2)
    assert desk.refund() is RequestState.ASKED
    programs = [desk.new_refunds() for _ in range(4)]
    at_once([lambda one=one: one.finish_open(NOBODY_CANCELS) for one in programs])
    assert desk.at_stripe() == 1900
    assert desk.state() == ("partially_paid", 10000, 1900)


_LOST = [
    Fault.RESET,
    Fault.RESET_AFTER,
    Fault.SERVER_ERROR,
    Fault.UNAVAILABLE_HTML,
    Fault.CAPTIVE_PORTAL,
    Fault.CONFLICT,
]


@pytest.mark.parametrize("fault", _LOST)
def test_an_answer_that_never_came_is_found_later(desk: Desk, fault: Fault) -> None:
    # The client repeats a call once by itself; a web page with status 200 is an answer.
    desk.at.stripe.fail_next(fault, 1 if fault is Fault.CAPTIVE_PORTAL else 2)
    first = desk.refund()
    assert first is RequestState.ASKED or desk.at_stripe() == 1900
    desk.new_refunds().finish_open(NOBODY_CANCELS)
    assert desk.at_stripe() == 1900
    assert desk.state() == ("partially_paid", 10000, 1900)
    assert [state for state, _ in desk.requests()] == ["done"]


def test_the_same_click_again_finishes_the_open_request(desk: Desk) -> None:
    desk.at.stripe.fail_next(Fault.RESET_AFTER, 2)
    assert desk.refund() is RequestState.ASKED
    assert code_of(desk, 500) == "refund_under_way"
    assert desk.refund() is RequestState.DONE
    assert desk.at_stripe() == 1900


def test_a_webhook_may_be_quicker_than_the_answer(desk: Desk) -> None:
    desk.at.stripe.fail_next(Fault.RESET_AFTER, 2)
    assert desk.refund() is RequestState.ASKED
    desk.at.run()  # brings the events of the refund
    assert desk.requests()[0][0] == "done"
    desk.refunds.finish_open(NOBODY_CANCELS)
    assert desk.state() == ("partially_paid", 10000, 1900)


def test_after_a_day_the_key_is_never_used_again(desk: Desk) -> None:
    desk.at.stripe.fail_next(Fault.RESET, 2)
    assert desk.refund() is RequestState.ASKED
    desk.at.later(hours=24)
    desk.refunds.finish_open(NOBODY_CANCELS)
    assert desk.at_stripe() == 0
    assert desk.requests() == [("given_up", "refund_not_answered")]
    assert desk.actions()[-1] == "refund_not_done"
    assert desk.notices()[-1] == "refund_not_done"


def test_after_a_day_a_refund_that_was_made_is_found(desk: Desk) -> None:
    desk.at.stripe.fail_next(Fault.RESET_AFTER, 2)
    desk.refund()
    desk.at.later(days=3)
    desk.refunds.finish_open(NOBODY_CANCELS)
    assert desk.requests()[0][0] == "done"
    assert desk.state() == ("partially_paid", 10000, 1900)


def test_what_stripe_refuses_is_explained_and_may_be_tried_again(desk: Desk) -> None:
    Dashboard(desk.at.stripe).refund(desk.intent, 11900)
    assert code_of(desk) == "refund_already_made"
    assert desk.requests() == [("refused", "refund_already_made")]
    assert desk.state() == ("paid", 11900, 0)
    desk.at.run()
    assert desk.state() == ("open", 0, 11900)


def test_a_disputed_payment_is_not_refunded(desk: Desk) -> None:
    Dashboard(desk.at.stripe).dispute(desk.intent)
    assert code_of(desk) == "refund_disputed"


def test_too_many_calls_are_certainly_not_carried_out(desk: Desk) -> None:
    desk.at.stripe.fail_next(Fault.RATE_LIMIT)
    assert code_of(desk) == "stripe_rate_limited"
    assert desk.requests() == [("refused", "stripe_rate_limited")]
    assert desk.refund() is RequestState.DONE
    assert desk.at_stripe() == 1900


def test_a_restricted_key_names_the_right(desk: Desk) -> None:
    for key in desk.at.stripe.keys.values():
        key.rights = frozenset({"rak_event_read"})
    with pytest.raises(UserError) as error:
        desk.refund()
    assert (error.value.code, error.value.values["right"]) == (
        "stripe_no_right",
        "rak_charge_write",
    )


def test_without_keys_and_with_those_of_the_other_mode(desk: Desk) -> None:
    desk.office.keys = StripeKeys(PUBLISHABLE_KEY, "", ())
    assert code_of(desk) == "refund_no_key"
    desk.office.keys = StripeKeys(PUBLISHABLE_KEY, LIVE_KEY, ())
    assert code_of(desk) == "refund_wrong_mode"
    assert desk.requests() == []


def test_a_manual_payment_is_not_refunded_here(desk: Desk) -> None:
    cash = desk.office.invoicing.add_manual_payment(
        desk.invoice, 100, "cash", date(2026, 11, 23)
    ).result(PATIENCE)
    with pytest.raises(UserError) as error:
        desk.refunds.refund(cash, 100, "Irrtum")
    assert error.value.code == "refund_not_stripe"


def test_a_refund_that_fails_later_can_be_made_again(desk: Desk) -> None:
    desk.refund(11900)
    [(refund,)] = desk.office.rows("SELECT stripe_object_id FROM payments WHERE kind = 'refund'")
    desk.at.later(days=2)
    Dashboard(desk.at.stripe).fail_refund(refund)
    desk.at.run()
    assert desk.state() == ("paid", 11900, 0)
    assert desk.actions()[-1] == "refund_failed"
    assert desk.refund(11900) is RequestState.DONE
    assert desk.state() == ("open", 0, 11900)


def test_the_refund_reaches_the_webhook_in_any_time(desk: Desk) -> None:
    """Stripe's own event of an id that is booked already."""
    desk.refund()
    [(refund,)] = desk.office.rows("SELECT stripe_object_id FROM payments WHERE kind = 'refund'")

    late = refund_event(desk.intent, refund_id=refund, created=desk.at.clock.now() + timedelta(1))
    event = parse(encoded(late), desk.at.clock.now())
    assert desk.office.receive.event(event, Source.WEBHOOK).result(PATIENCE) == 200
    assert desk.state() == ("partially_paid", 10000, 1900)


def test_a_refund_that_is_dead_at_once_is_told(desk: Desk) -> None:
    """The answer itself says that no money goes back; nothing else ever tells it."""
    Dashboard(desk.at.stripe).bank_takes_refunds(False)
    assert code_of(desk) == "refund_refused"
    assert desk.state() == ("paid", 11900, 0)
    assert desk.requests() == [("refused", "refund_refused")]
    assert desk.actions()[-2:] == ["refund_requested", "refund_not_done"]
    desk.at.run()
    assert desk.notices().count("refund_not_done") == 1
    Dashboard(desk.at.stripe).bank_takes_refunds(True)
    assert desk.refund() is RequestState.DONE


def test_a_refund_is_heard_of_first_when_it_has_failed(desk: Desk) -> None:
    desk.at.stripe.fail_next(Fault.RESET, 2)
    assert desk.refund() is RequestState.ASKED
    [(request,)] = desk.office.rows("SELECT id FROM refund_requests")
    for kind, status in (("refund.failed", "failed"), ("refund.created", "pending")):
        body = refund_event(
            desk.intent, kind=kind, status=status, metadata={"workmate_refund": request}
        )
        event = parse(encoded(body), desk.at.clock.now())
        assert desk.office.receive.event(event, Source.WEBHOOK).result(PATIENCE) == 200
    assert desk.state() == ("paid", 11900, 0)
    assert desk.requests() == [("refused", "refund_refused")]
    assert desk.actions()[-1] == "refund_not_done"
    assert desk.notices().count("refund_not_done") == 1
