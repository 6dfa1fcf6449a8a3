"""Small lives that went wrong once, delivered in every order: what is shown must be true."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import customer, draft
from tests.faults.office import Office
from tests.reversal_events import refund_event
from tests.stripe_lives import life, orders, total_of
from workmate_desktop.ui.invoices.history_texts import history_title


class Lives:
    """One office; each order of a life is told about an invoice of its own."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._customer = customer(office.at)

    def invoice(self, total_minor: int) -> str:
        made = draft(self._customer, total_minor=total_minor)
        return self.office.at.invoicing.issue(made).result(10)

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
        assert row.status == "open"


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
