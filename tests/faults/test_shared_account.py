"""MONEY B4: an account at Stripe that the office shares with a shop, or with another WorkmateOS."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import EVENTS, LIVE_KEYS, at_once, encoded, event_body, issued
from tests.faults.office import Office
from tests.reversal_events import dispute_event, refund_event
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.review import ReviewList
from workmate_desktop.domain.stripe.events import Reason

LIFE = EVENTS.parent / "stripe_lives" / "b4-shop-on-the-same-account.json"
SHOP = {"order_id": "10000", "site_url": "https://shop.example"}
OTHER = "6f0c0f52-0000-4000-8000-000000000000"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "live", LIVE_KEYS)
    yield made
    made.close()


def shop_order(amount: int = 1990, **how: Any) -> dict[str, Any]:
    return event_body(None, amount=amount, metadata=SHOP, **how)


def told(office: Office, body: dict[str, Any]) -> tuple[str, object]:
    assert office.deliver(body) == 200
    return office.outcome(body)


def waits(office: Office) -> int:
    count = office.at.review.waiting().count
    assert office.at.books.figures(False, office.at.clock.today()).review_count == count
    assert len(office.at.review.open_items()) == count
    return count


def test_mb4_a_shop_with_twenty_orders_is_one_line_and_no_notice(office: Office) -> None:
    for order in range(20):
        how: dict[str, Any] = {"intent_id": f"pi_3Shop{order:04d}"}
        for _ in range(2):
            assert told(office, shop_order(failed="generic_decline", **how))[0] == "ignored"
        assert told(office, shop_order(1990 + order, **how)) == ("ignored", "not_ours")
    assert (waits(office), office.notices(), office.unassigned()) == (0, [], [])
    others = office.at.review.not_ours()
    assert (others.count, others.more, others.hidden) == (20, False, False)
    assert [one.lies_in for one in office.at.review.not_ours_items()] == [ReviewList.NOT_OURS] * 20


def test_mb4_orders_of_a_shop_as_stripe_sends_them(office: Office) -> None:
    life = json.loads(LIFE.read_text("utf-8"))
    right = life["right"]
    for body in life["events"]:
        assert told(office, body) == (right["outcome_of_each"], right["reason"])
    assert (waits(office), len(office.notices())) == (0, right["notices"])
    paid = [body for body in life["events"] if body["type"] == "payment_intent.succeeded"]
    assert office.at.review.not_ours().count == len(paid) > 0


def test_mb4_what_carries_nothing_of_another_program_is_decided_by_people(office: Office) -> None:
    named = issued(office.at)
    number = office.row(named).number
    for metadata, reason in (
        ({}, "no_invoice"),
        (None, "no_invoice"),
        ({"invoice_number": number}, "no_invoice"),
        ({"workmate_instance": office.at.instance_id, "order": "1"}, "no_invoice"),
        ({"invoice_id": "4711", "order": "1"}, "unknown_invoice"),
        ({"invoice_id": named, "workmate_instance": OTHER}, "other_installation"),
        ({"invoice_id": number, "workmate_instance": OTHER}, "other_installation"),
        ({"order": "1", "note": f"zu {number}"}, "no_invoice"),
    ):
        body = event_body(None, intent={"metadata": metadata})
        assert told(office, body) == ("needs_review", reason), metadata
    described = event_body(None, metadata=SHOP, intent={"description": f"Rechnung {number}"})
    assert told(office, described) == ("needs_review", "no_invoice")
    assert (waits(office), office.at.review.not_ours().count) == (9, 0)


def test_mb4_the_marks_of_others(office: Office) -> None:
    number = office.row(issued(office.at)).number
    for metadata in (
        SHOP,
        {"invoice_id": "8d1d6c0e-unknown", "workmate_instance": OTHER},
        {"workmate_instance": OTHER},
        # Two installations count alike: only the id tells whose invoice it is.
        {"invoice_id": "theirs", "invoice_number": number, "workmate_instance": OTHER},
        {"order": "1", "note": "zu RE-1999-0001"},
    ):
        assert told(office, event_body(None, metadata=metadata)) == ("ignored", "not_ours")
        failed = event_body(None, metadata=metadata, failed="generic_decline")
        assert told(office, failed) == ("ignored", "not_ours")
    assert (waits(office), office.notices(), office.unassigned()) == (0, [], [])
    assert office.at.review.not_ours().count == 5


def test_mb4_whose_it_is_does_not_hang_on_the_mode_or_the_form(office: Office) -> None:
    for body in (
        shop_order(livemode=True),
        shop_order(amount=-5),
        shop_order(intent={"status": "requires_capture"}),
    ):
        assert told(office, body) == ("ignored", "not_ours")
    assert office.notices() == []


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda _o: {"intent": {"metadata": {}}}, "no_invoice"),
        (lambda _o: {"metadata": {"invoice_id": "4711"}}, "unknown_invoice"),
        (
            lambda o: {"metadata": {"invoice_id": issued(o.at), "invoice_number": "RE-1"}},
            "invoice_mismatch",
        ),
        (
            lambda o: {"metadata": {"invoice_id": issued(o.at), "workmate_instance": OTHER}},
            "other_installation",
        ),
        (lambda o: {"metadata": {"invoice_id": issued(o.at)}, "livemode": True}, "wrong_mode"),
        (lambda o: {"metadata": {"invoice_id": issued(o.at)}, "livemode": "no"}, "bad_amount"),
    ],
)
def test_mb4_a_failure_without_money_asks_for_no_decision(
    office: Office, make: Callable[[Office], dict[str, Any]], reason: str
) -> None:
    body = event_body(None, failed="insufficient_funds", **make(office))
    assert told(office, body) == ("ignored", reason)
    assert (waits(office), office.notices()) == (0, [])


def test_mb4_a_failure_of_ours_is_told_also_without_a_readable_amount(office: Office) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id, amount="a lot", failed="insufficient_funds")
    assert told(office, body) == ("failure_recorded", None)
    assert office.notices() == ["payment_failed"]
    assert office.row(invoice_id).payment_failed


def test_mb4_events_of_connected_accounts_are_told_once_a_day(office: Office) -> None:
    for _ in range(2):
        for number in range(5):
            office.deliver(event_body(None, account=f"acct_{number}"))
        office.at.clock.advance(days=1, seconds=1)
    assert office.notices() == ["foreign_account"] * 2
    assert waits(office) == 0


# --- live money without our mark ------------------------------------------------------------


def test_mb4_live_money_without_our_mark_is_a_suggestion(live: Office) -> None:
    invoice_id = issued(live.at, livemode=True)
    number = live.row(invoice_id).number
    for ref in (number, invoice_id):
        body = event_body(ref, livemode=True)
        assert told(live, body) == ("needs_review", "not_marked")
        assert live.row(invoice_id).paid_minor == 0
        item = live.at.review.item(body["id"])
        assert item is not None and item.assignable and item.named_label == number
        [first] = live.at.review.suggestions(item)
        assert (first.row.id, first.likely) == (invoice_id, True)
    live.at.review.assign(body["id"], invoice_id).result(PATIENCE)
    assert live.row(invoice_id).status == "paid"
    failed = event_body(number, livemode=True, failed="generic_decline")
    assert told(live, failed) == ("ignored", "not_marked")
    running = event_body(number, livemode=True, type="payment_intent.processing")
    assert told(live, running) == ("ignored", "unknown_type")
    assert not live.row(invoice_id).payment_failed and live.row(invoice_id).running_since is None


def test_mb4_with_our_mark_live_money_books_and_test_money_needs_none(
    live: Office, office: Office
) -> None:
    invoice_id = issued(live.at, livemode=True)
    marked = {"invoice_id": invoice_id, "workmate_instance": live.at.instance_id}
    assert told(live, event_body(None, metadata=marked, livemode=True)) == ("booked", None)
    by_cli = event_body(office.row(issued(office.at)).number)
    assert told(office, by_cli) == ("booked", None)


# --- assigning one of them ------------------------------------------------------------------


def test_mb4_one_of_them_is_put_on_an_invoice_and_taken_off_again(office: Office) -> None:
    invoice_id, body = issued(office.at), shop_order(11900)
    office.deliver(body)
    office.deliver(shop_order())
    [_, item] = sorted(office.at.review.not_ours_items(), key=lambda one: one.amount_minor or 0)
    assert (item.id, item.assignable, item.payment_id) == (body["id"], True, None)
    assert not any(one.likely for one in office.at.review.suggestions(item))
    for _ in range(2):
        decision = office.at.review.assign(item.id, invoice_id).result(PATIENCE)
        assert (office.row(invoice_id).status, office.row(invoice_id).paid_minor) == ("paid", 11900)
        assert office.event(item.id).outcome == "booked"
        assert office.at.review.not_ours().count == 1
        assert [one.id for one in office.at.review.decided_items()] == [item.id]
        assert told(office, shop_order(11900, intent_id=body["data"]["object"]["id"]))[0] == (
            "duplicate"
        )
        office.at.review.undo(decision).result(PATIENCE)
        assert (office.row(invoice_id).status, office.row(invoice_id).paid_minor) == ("open", 0)
        assert office.outcome(body) == ("ignored", "not_ours")
        assert (waits(office), office.at.review.not_ours().count) == (0, 2)
    assert office.notices() == []
    assert office.actions(invoice_id)[-4:] == ["payment_assigned", "assignment_undone"] * 2


def test_mb4_processed_again_it_stays_what_it_is(office: Office) -> None:
    invoice_id, body = issued(office.at), shop_order(11900)
    office.deliver(body)
    assert office.at.receive.reprocess(body["id"]).result(PATIENCE) == "ignored"
    office.at.review.undo(office.at.review.assign(body["id"], invoice_id).result(PATIENCE)).result(
        PATIENCE
    )
    assert office.at.receive.reprocess(body["id"]).result(PATIENCE) == "ignored"
    assert office.outcome(body) == ("ignored", "not_ours")


def test_mb4_two_people_assign_the_same_one(office: Office) -> None:
    first, second, body = issued(office.at), issued(office.at), shop_order(11900)
    office.deliver(body)

    def put(invoice_id: str) -> str:
        try:
            return office.at.review.assign(body["id"], invoice_id).result(PATIENCE)
        except UserError as error:
            return error.code

    answers = at_once([lambda: put(first), lambda: put(second)])
    assert answers.count("review_decided") == 1
    assert office.row(first).paid_minor + office.row(second).paid_minor == 11900


def test_mb4_money_that_goes_back_of_theirs_is_nobodys_business_here(office: Office) -> None:
    invoice_id, body = issued(office.at), shop_order(11900)
    intent = body["data"]["object"]["id"]
    unknown = ("ignored", "payment_unknown")
    for event in (refund_event(intent, 900, refund_id="re_a"), dispute_event(intent, 11000)):
        assert told(office, event) == unknown
    office.deliver(body)
    assert told(office, refund_event(intent, 100, refund_id="re_b")) == (
        "ignored",
        "payment_unknown",
    )
    assert office.notices() == []
    decision = office.at.review.assign(body["id"], invoice_id).result(PATIENCE)
    assert office.row(invoice_id).paid_minor == -100  # all of it that went back is on the invoice
    office.at.review.undo(decision).result(PATIENCE)
    before = len(office.notices())
    assert told(office, refund_event(intent, 50, refund_id="re_c")) == (
        "ignored",
        "payment_unknown",
    )
    assert len(office.notices()) == before


# --- the line -------------------------------------------------------------------------------


def test_mb4_the_line_is_hidden_for_good_and_found_again(office: Office) -> None:
    office.deliver(shop_order())
    office.at.review.hide_not_ours(True).result(PATIENCE)
    office.deliver(shop_order())
    others = office.at.review.not_ours()
    assert (others.count, others.hidden) == (2, True)
    office.at.review.hide_not_ours(False).result(PATIENCE)
    assert not office.at.review.not_ours().hidden


def test_mb4_the_pages_of_their_payments_follow_each_other(office: Office) -> None:
    ids = {office.deliver(body) and body["id"] for body in (shop_order() for _ in range(7))}
    whole = [one.id for one in office.at.review.not_ours_items()]
    assert set(whole) == ids
    paged, last = [], None
    while page := office.at.review.not_ours_items(last, 3):
        paged += [one.id for one in page]
        last = page[-1]
    assert paged == whole


def test_mb4_the_metadata_of_others_is_not_kept(office: Office) -> None:
    body = shop_order()
    office.deliver(body)
    kept = office.event(body["id"]).detail
    assert (kept["foreign"], kept["reason"]) == (True, Reason.NOT_OURS.value)
    assert "shop.example" not in str(office.at.rows("SELECT * FROM stripe_events"))
    assert encoded(body).count(b"shop.example") == 1
