"""Small lives that went wrong once, delivered in every order: what is shown must be true."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import customer, draft
from tests.faults.office import Office
from tests.reversal_events import refund_event
from tests.stripe_lives import life, orders, total_of
from tests.waiting import PATIENCE
from workmate_desktop.words.history import history_note, history_title, payment_title
from workmate_desktop.words.notice_words import notice_words


class Lives:
    """One office; each order of a life is told about an invoice of its own."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._customer = customer(office.at)

    def invoice(self, total_minor: int) -> str:
        made = draft(self._customer, total_minor=total_minor)
        return self.office.at.invoicing.issue(made).result(PATIENCE)

    def in_every_order(self, name: str, change: Any = lambda _events: None) -> Iterator[str]:
        """The invoice after each order of the events. `change` may alter them before."""
        total = total_of(name)
        count = len(life(name, "x")["events"])
        for order in orders(list(range(count)), seed=7):
            invoice_id = self.invoice(total)
            events = life(name, invoice_id)["events"]
            change(events)
            for place in order:
                assert self.office.deliver(events[place]) == 200
                assert self.office.deliver(events[place]) == 200
            yield invoice_id


@pytest.fixture
def lives(office: Office) -> Lives:
    return Lives(office)


def test_ma4_a_dispute_above_the_payment(lives: Lives) -> None:
    """The bank took 104,50 of 100,00 by its own rate: the books say so, the customer owes 100."""
    for invoice_id in lives.in_every_order("a4"):
        row = lives.office.row(invoice_id)
        assert (row.paid_minor, row.charged_back_minor) == (-450, 10450)
        assert (row.outstanding_minor, row.status) == (10000, "open")


def test_ma7_a_dispute_that_came_back_in_part(lives: Lives) -> None:
    for invoice_id in lives.in_every_order("a7"):
        row = lives.office.row(invoice_id)
        assert (row.paid_minor, row.outstanding_minor) == (7000, 3000)
        assert row.charged_back_minor == 3000


def test_ma7_what_came_back_in_part_is_told_with_what_did_not(lives: Lives) -> None:
    invoice_id = lives.invoice(10000)
    for event in life("a7", invoice_id)["events"]:
        assert lives.office.deliver(event) == 200
    line = lives.office.at.books.history(invoice_id)[0]
    assert line.action == "dispute_won"
    assert (line.detail["amount_minor"], line.detail["left_minor"]) == (7000, 3000)
    assert history_title(line) == "Von der Bank zum Teil zurück · 70,00\u00a0€"
    assert "30,00\u00a0€ hat die Bank behalten" in history_note(line)
    [told] = [one for one in lives.office.at.books.notice_page() if one.kind == "dispute_won"]
    words = notice_words(told)
    assert words.title.startswith("Von der Bank zum Teil zurück: ")
    assert "30,00\u00a0€ hat die Bank behalten, den Rest hat sie zurückgegeben." in words.why


def test_ma7_a_list_in_another_currency_says_nothing(lives: Lives) -> None:
    """The account's currency is another one: the states of the dispute decide, as without it."""

    def in_dollars(events: list[dict[str, Any]]) -> None:
        for event in events:
            for move in event["data"]["object"].get("balance_transactions") or ():
                move["currency"] = "usd"

    for invoice_id in lives.in_every_order("a7", in_dollars):
        row = lives.office.row(invoice_id)
        assert (row.paid_minor, row.charged_back_minor) == (10000, 0)


def test_ma8_a_refund_failed_and_another_was_made(lives: Lives) -> None:
    for invoice_id in lives.in_every_order("a8"):
        row = lives.office.row(invoice_id)
        assert (row.paid_minor, row.refunded_minor) == (7000, 3000)


def test_mb1_the_released_rest_of_a_hold_is_no_refund(lives: Lives) -> None:
    for invoice_id in lives.in_every_order("b1-hold"):
        row = lives.office.row(invoice_id)
        assert (row.paid_minor, row.refunded_minor) == (6000, 0)
        assert (row.status, row.outstanding_minor) == ("paid", 0)
        assert "refunded" not in lives.office.actions(invoice_id)
    assert "refunded" not in lives.office.notices()


def test_mb1_a_real_refund_beside_the_released_rest_counts(lives: Lives) -> None:
    def refund_later(events: list[dict[str, Any]]) -> None:
        [made] = [copy.deepcopy(e) for e in events if e["type"] == "refund.created"]
        [told] = [copy.deepcopy(e) for e in events if e["type"] == "charge.refunded"]
        made["data"]["object"] |= {"id": made["data"]["object"]["id"] + "r", "amount": 1500}
        told["data"]["object"]["amount_refunded"] = 5500
        for event in (made, told):
            event["id"] += "r"
            event["created"] += 600
        made["data"]["object"]["created"] += 600
        events[1:1] = [made, told]
        del events[3:]

    for invoice_id in lives.in_every_order("b1-hold", refund_later):
        row = lives.office.row(invoice_id)
        assert (row.paid_minor, row.refunded_minor) == (4500, 1500)


def test_mb6_called_off_after_it_ran(lives: Lives) -> None:
    for invoice_id in lives.in_every_order("b6"):
        last = lives.office.at.books.history(invoice_id)[0]
        assert history_title(last).startswith("Zahlung abgebrochen")
        assert lives.office.row(invoice_id).outstanding_minor == 11900
        assert lives.office.row(invoice_id).running_since is None


def _dispute(invoice_id: str, *states: str) -> list[dict[str, Any]]:
    """A payment of 100,00 and a dispute that goes through these states, a day each."""
    events = life("a4", invoice_id)["events"]
    told = []
    for number, status in enumerate(states):
        event = copy.deepcopy(events[1])
        event |= {"id": event["id"] + f"s{number}", "type": "charge.dispute.updated"}
        event["created"] += 86_400 * number
        event["data"]["object"] |= {"status": status, "amount": 10000}
        told.append(event)
    return [events[0], *told]


@pytest.mark.parametrize(
    ("states", "action"),
    [
        (("warning_needs_response", "warning_closed"), "dispute_closed"),
        (("warning_needs_response", "warning_under_review"), "dispute_answered"),
        (("warning_needs_response", "prevented"), "dispute_closed"),
        (("needs_response", "under_review"), "dispute_answered"),
        (("needs_response", "lost"), "dispute_lost"),
        (("needs_response", "won"), "dispute_won"),
        (("warning_needs_response", "needs_response", "lost"), "dispute_lost"),
    ],
)
def test_mb6_the_newest_state_of_a_dispute_is_the_last_word(
    lives: Lives, states: tuple[str, ...], action: str
) -> None:
    invoice_id = lives.invoice(10000)
    for event in _dispute(invoice_id, *states):
        assert lives.office.deliver(event) == 200
    assert lives.office.actions(invoice_id)[-1] == action
    asks = [
        one
        for one in lives.office.at.books.notice_page()
        if one.kind in ("dispute_opened", "disputed") and "over_at" not in one.detail
    ]
    # Nobody has to answer a question that is answered for good.
    assert bool(asks) is (action == "dispute_answered")


def test_mb6_older_news_of_an_inquiry_do_not_ask_again(lives: Lives) -> None:
    invoice_id = lives.invoice(10000)
    paid, asked, closed = _dispute(invoice_id, "warning_needs_response", "warning_closed")
    for event in (paid, closed, asked):
        assert lives.office.deliver(event) == 200
    assert "dispute_opened" not in lives.office.actions(invoice_id)
    assert "dispute_opened" not in lives.office.notices()


def test_mb6_a_refund_on_its_way_is_told_when_it_was_made(lives: Lives) -> None:
    invoice_id = lives.invoice(10000)
    paid = life("a4", invoice_id)["events"][0]
    assert lives.office.deliver(paid) == 200
    intent = paid["data"]["object"]["id"]
    for status, kind in (("pending", "refund.created"), ("succeeded", "refund.updated")):
        body = refund_event(intent, 1900, refund_id=f"re_{intent}", status=status, kind=kind)
        assert lives.office.deliver(body) == 200
    assert lives.office.actions(invoice_id)[-2:] == ["refunded", "refund_arrived"]


def _failed_attempt(made: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """charge.failed of the first attempt, which never paid anything."""
    attempt = made["stripe_lists"]["charges"][0]
    return {
        "id": f"evt_{attempt['id'][3:]}",
        "object": "event",
        "type": "charge.failed",
        "created": attempt["created"],
        "livemode": False,
        "data": {"object": attempt | fields},
    }


@pytest.mark.parametrize("charges", ["as told", "failed first", "none"])
def test_mb3_a_failed_attempt_takes_no_paid_invoice_back(lives: Lives, charges: str) -> None:
    """With the charge in `charges.data`, and where nothing tells which charge paid."""

    def change(events: list[dict[str, Any]], invoice_id: str) -> None:
        made = life("b3", invoice_id)
        intent = events[0]["data"]["object"]
        listed = intent["charges"]["data"]
        attempt = _failed_attempt(made, payment_intent=intent["id"])
        if charges == "failed first":
            listed.insert(0, attempt["data"]["object"])
        if charges == "none":
            del intent["charges"]
        events.append(attempt)

    for backwards in (False, True):
        invoice_id = lives.invoice(11900)
        events = life("b3", invoice_id)["events"]
        change(events, invoice_id)
        for event in reversed(events) if backwards else events:
            assert lives.office.deliver(event) == 200
        row = lives.office.row(invoice_id)
        assert (row.status, row.paid_minor, row.charged_back_minor) == ("paid", 11900, 0)
        if charges != "none":
            [payment] = lives.office.at.books.payments(invoice_id)
            assert payment.method == "card"


def test_mb3_a_late_failure_counts_once_it_is_known_who_paid(lives: Lives) -> None:
    """Nothing told which charge paid; the charge itself tells it after its failure was told."""
    invoice_id = lives.invoice(11900)
    made = life("b3", invoice_id)
    [success] = made["events"]
    charge = success["data"]["object"].pop("charges")["data"][0]
    failed = _failed_attempt(
        made, id=charge["id"], payment_intent=charge["payment_intent"], amount=11900
    )
    for event in (success, failed):
        assert lives.office.deliver(event) == 200
    assert lives.office.row(invoice_id).status == "paid"
    told = failed | {"id": failed["id"] + "b", "type": "charge.updated"}
    told["data"] = {"object": charge}
    assert lives.office.deliver(told) == 200
    row = lives.office.row(invoice_id)
    assert (row.status, row.charged_back_minor, row.outstanding_minor) == ("open", 11900, 11900)


def test_mb5_a_returned_debit_is_told_as_what_it_is(lives: Lives) -> None:
    for invoice_id in lives.in_every_order("b5"):
        row = lives.office.row(invoice_id)
        assert row.outstanding_minor == 11900
        _is_told_as_returned(lives, invoice_id)


def test_mb5_a_method_that_is_known_too_late_corrects_the_words(lives: Lives) -> None:
    """The reason alone would say nothing: only the charge tells that it was a debit."""

    def fraud(events: list[dict[str, Any]]) -> None:
        for event in events[2:]:
            event["data"]["object"] |= {"reason": "fraudulent", "status": "needs_response"}

    for invoice_id in lives.in_every_order("b5", fraud):
        _is_told_as_returned(lives, invoice_id)


def _is_told_as_returned(lives: Lives, invoice_id: str) -> None:
    books = lives.office.at.books
    payments = books.payments(invoice_id)
    assert {one.method for one in payments} == {"sepa_debit"}
    assert payment_title(next(one for one in payments if one.amount_minor > 0)) == (
        "SEPA-Lastschrift"
    )
    assert {one.kind for one in payments if one.amount_minor < 0} == {"return"}
    words = " ".join(
        f"{history_title(one)} {history_note(one)}" for one in books.history(invoice_id)
    )
    assert "Lastschrift zurückgegeben" in words
    assert "endgültig, keine Antwort an die Bank möglich" in words
    assert "SEPA-Lastschrift" in words
    assert "Antwort an die Bank bis" not in words
    told = [one for one in books.notice_page() if one.invoice_id == invoice_id]
    open_ones = {one.kind for one in told if "over_at" not in one.detail}
    assert "debit_returned" in open_ones
    assert not open_ones & {"disputed", "dispute_opened", "dispute_lost"}


def test_mb5_a_payment_by_link_shows_how_it_was_paid(lives: Lives) -> None:
    """Known from the charge, whether it was told before or after the payment."""
    for backwards in (False, True):
        invoice_id = lives.invoice(11900)
        events = life("b5", invoice_id)["events"][:2]
        for event in reversed(events) if backwards else events:
            assert lives.office.deliver(event) == 200
        [payment] = lives.office.at.books.payments(invoice_id)
        assert payment.method == "sepa_debit"
        # The row itself never changes.
        [(stored,)] = lives.office.at.rows(
            "SELECT method FROM payments WHERE invoice_id = ?", invoice_id
        )
        assert stored == "stripe"
        kept = lives.office.event(events[1]["id"])
        assert (kept.outcome, kept.detail["reason"]) == ("ignored", "charge_noted")


def test_mb9_a_dispute_that_names_only_its_charge(lives: Lives) -> None:
    for invoice_id in lives.in_every_order("b9"):
        row = lives.office.row(invoice_id)
        assert (row.status, row.outstanding_minor) == ("open", 10000)
        assert row.charged_back_minor == 20000  # the file tells of two disputes
        assert "disputed" in lives.office.actions(invoice_id)


def test_mb9_a_refund_that_names_only_its_charge(lives: Lives) -> None:
    for backwards in (False, True):
        invoice_id = lives.invoice(10000)
        success = life("b9", invoice_id)["events"][0]
        intent = success["data"]["object"]
        back = refund_event(intent["id"], 2500, refund_id=f"re_{intent['id']}", payment_intent=None)
        back["data"]["object"]["charge"] = intent["latest_charge"]
        for event in (back, success) if backwards else (success, back):
            assert lives.office.deliver(event) == 200
        row = lives.office.row(invoice_id)
        assert (row.paid_minor, row.refunded_minor) == (7500, 2500)


def test_mb9_a_charge_of_another_program_stays_unknown(lives: Lives) -> None:
    """It is kept, told to nobody, and asked for no more than once."""
    back = refund_event("pi_none", 2500, refund_id="re_none", payment_intent=None)
    back["data"]["object"]["charge"] = "ch_of_a_shop"
    assert lives.office.deliver(back) == 200
    assert lives.office.outcome(back) == ("ignored", "payment_unknown")
    assert lives.office.notices() == []
    invoice_id = lives.invoice(10000)
    assert lives.office.deliver(life("b9", invoice_id)["events"][0]) == 200
    assert lives.office.row(invoice_id).status == "paid"


def test_mb9_by_the_charge_also_after_a_backup_was_taken_back(lives: Lives) -> None:
    """Rows of events have other numbers then: successes are gone through from the beginning."""
    first, second = lives.invoice(10000), lives.invoice(10000)
    told = [life("b9", one)["events"] for one in (first, second)]
    for event in told[0]:
        assert lives.office.deliver(event) == 200
    lives.office.at.writer.submit(
        lambda t: t.settings.set("charges.successes", '[99999, "evt_of_another_file"]')
    ).result(PATIENCE)
    for event in told[1]:
        assert lives.office.deliver(event) == 200
    assert lives.office.row(second).outstanding_minor == 10000


def test_times_of_money_are_those_of_the_objects(lives: Lives) -> None:
    """Whatever order they came in: of the charge that paid, the refund, the dispute."""
    for invoice_id in lives.in_every_order("b5"):
        intents = lives.office.at.rows(
            "SELECT stripe_payment_intent_id FROM payments"
            " WHERE invoice_id = ? AND reversal_of IS NULL",
            invoice_id,
        )
        [(at, source)] = lives.office.at.rows(
            "SELECT created_at, source FROM money_times WHERE object_id = ?", intents[0][0]
        )
        assert (at, source) == ("2026-11-23T06:41:42.000Z", "object")
        times = lives.office.at.rows(
            "SELECT t.created_at FROM money_times t JOIN payments p"
            " ON p.stripe_object_id = t.object_id WHERE p.invoice_id = ?",
            invoice_id,
        )
        assert {one for (one,) in times} == {"2026-11-27T21:48:21.000Z"}
