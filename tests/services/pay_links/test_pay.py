"""Mit Stripe bezahlen, when nothing goes wrong: the link follows the invoice."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlencode

import pytest

from tests.factories import NOON, event_body
from tests.reversal_events import refund_event
from tests.services.pay_links.pay_rig import LINKS, Desk
from tests.standins.stripe_api import LIVE_KEY, SECRET_KEY
from tests.standins.stripe_checkout import Declined, LinkInactive
from tests.standins.stripe_http import Fault
from tests.standins.stripe_routes import Asked
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.closings import WRITE_OFF, Closing
from workmate_desktop.domain.payments.links import LinkState, OfferState
from workmate_desktop.domain.stripe.account import StripeRefused
from workmate_desktop.domain.stripe.keys import StripeKeys


def test_a_link_over_what_is_owed(desk: Desk) -> None:
    invoice_id = desk.invoice()
    assert desk.offer(invoice_id).state is OfferState.NONE
    url = desk.url(invoice_id)
    offer = desk.offer(invoice_id)
    assert (offer.state, offer.url, offer.since) == (OfferState.READY, url, NOON)
    [link] = desk.usable(invoice_id)
    number = desk.row(invoice_id).number
    contract = {
        "invoice_id": invoice_id,
        "invoice_number": number,
        "workmate_instance": desk.office.instance_id,
    }
    assert link["metadata"] | contract == link["metadata"]
    assert link["payment_intent_data"]["metadata"] == contract
    assert link["restrictions"]["completed_sessions"]["limit"] == 1
    assert link["inactive_message"] == "Dieser Link ist nicht mehr gültig."
    page = desk.open(url)
    assert (page.amount, page.title) == (11900, number)
    assert desk.actions(invoice_id)[-1] == "link_created"
    assert desk.office.books.history(invoice_id)[0].actor == "anna"


def test_the_key_is_stored_before_the_call_and_sent(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.url(invoice_id)
    assert desk.keys_sent() == [desk.links(invoice_id)[0].idempotency_key]
    sent = parse_qs(desk.stripe.asked[0].body)
    assert sent["line_items[0][price_data][unit_amount]"] == ["11900"]


def test_it_is_reused(desk: Desk) -> None:
    invoice_id = desk.invoice()
    assert {desk.url(invoice_id) for _ in range(3)} == {desk.usable(invoice_id)[0]["url"]}
    assert desk.asked().count(f"POST {LINKS}") == 1
    assert desk.actions(invoice_id).count("link_created") == 1


def test_paid_by_card_it_is_booked_and_closed(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.open(desk.url(invoice_id)).pay("4242424242424242")
    assert desk.row(invoice_id).status == "paid"
    assert desk.offer(invoice_id).state is OfferState.CLOSING
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []
    assert desk.states(invoice_id) == ["inactive"]
    assert desk.offer(invoice_id).state is OfferState.NOT_OFFERED
    assert desk.actions(invoice_id)[-1] == "link_closed"
    assert desk.office.books.history(invoice_id)[0].detail["reason"] == "paid"


def test_declined_the_link_stays_usable(desk: Desk) -> None:
    invoice_id = desk.invoice()
    page = desk.open(desk.url(invoice_id))
    with pytest.raises(Declined):
        page.pay("4000000000000002")
    assert desk.row(invoice_id).payment_failed
    assert desk.close_due() == {}
    assert desk.offer(invoice_id).state is OfferState.READY
    page.pay("4242424242424242")
    assert desk.row(invoice_id).status == "paid"


def test_i12_opened_twice_and_paid_twice(desk: Desk) -> None:
    """Only one of two open pages can be paid; money by an old link is kept: Überzahlt."""
    invoice_id = desk.invoice()
    url = desk.url(invoice_id)
    first, second = desk.open(url), desk.open(url)
    first.pay("4242424242424242")
    with pytest.raises(LinkInactive):
        second.pay("4242424242424242")
    with pytest.raises(LinkInactive):
        desk.open(url)
    assert desk.row(invoice_id).paid_minor == 11900


def test_i12_the_page_of_an_old_link_is_paid_after_the_new_one(desk: Desk) -> None:
    invoice_id = desk.invoice()
    old = desk.open(desk.url(invoice_id))
    desk.by_hand(invoice_id, 1900)
    new = desk.open(desk.url(invoice_id))
    new.pay("4242424242424242")
    old.pay("4242424242424242")  # it was open when its link was switched off
    row = desk.row(invoice_id)
    assert (row.paid_minor, row.status, row.overpaid) == (1900 + 10000 + 11900, "paid", True)
    assert "overpaid" in [notice.kind for notice in desk.office.books.notice_page()]


def test_i13_a_part_payment_makes_a_new_link_over_the_rest(desk: Desk) -> None:
    invoice_id = desk.invoice()
    old = desk.url(invoice_id)
    desk.by_hand(invoice_id, 1900)
    assert desk.offer(invoice_id).state is OfferState.CLOSING
    new = desk.url(invoice_id)
    assert new != old
    assert [one["url"] for one in desk.usable(invoice_id)] == [new]
    assert desk.open(new).amount == 10000
    # First the old one was switched off, then the new one made.
    old_id = old.rpartition("/")[2]
    posts = [one for one in desk.asked() if one.startswith("POST")]
    assert posts == [f"POST {LINKS}", f"POST {LINKS}/{old_id}", f"POST {LINKS}"]
    assert desk.states(invoice_id) == ["active", "inactive"]


def test_i13_a_reversal_makes_the_old_amount_due_again(desk: Desk) -> None:
    invoice_id = desk.invoice()
    payment = desk.by_hand(invoice_id, 1900)
    rest = desk.url(invoice_id)
    desk.office.invoicing.reverse_payment(payment, "Irrtum").result(PATIENCE)
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []
    assert desk.open(desk.url(invoice_id)).amount == 11900
    assert desk.url(invoice_id) != rest


def test_i13_paid_otherwise_the_link_is_closed(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.url(invoice_id)
    desk.by_hand(invoice_id, 11900)
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []


def test_i13_cancelled_the_link_is_closed(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.url(invoice_id)
    desk.office.invoicing.cancel(invoice_id, "Irrtum").result(PATIENCE)
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []
    assert desk.office.books.history(invoice_id)[0].detail["reason"] == "cancelled"


def test_i13_deleted_test_data_leaves_no_usable_link(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.url(invoice_id)
    desk.office.invoicing.delete_test_data().result(PATIENCE)
    assert len(desk.usable(invoice_id)) == 1
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []


def test_switched_off_in_the_dashboard_a_new_one_is_made(desk: Desk) -> None:
    invoice_id = desk.invoice()
    old = desk.url(invoice_id)
    desk.stripe.switch_off(old)
    new = desk.url(invoice_id)
    assert new != old and [one["url"] for one in desk.usable(invoice_id)] == [new]
    closed = [
        line for line in desk.office.books.history(invoice_id) if line.action == "link_closed"
    ]
    assert [line.detail["reason"] for line in closed] == ["outside"]


@pytest.mark.parametrize("part", [None, 5000])
def test_what_the_office_gave_back_is_not_asked_for_again(desk: Desk, part: int | None) -> None:
    """All or a part: the customer had paid, and owes nothing more."""
    invoice_id = desk.invoice()
    page = desk.open(desk.url(invoice_id))
    page.pay("4242424242424242")
    desk.close_due()
    assert page.intent is not None
    form = {"payment_intent": page.intent["id"]} | ({"amount": part} if part else {})
    status, _ = desk.stripe.answer("POST", "/v1/refunds", urlencode(form), SECRET_KEY, None)
    assert status == 200
    row = desk.row(invoice_id)
    assert (row.refunded, row.partly_refunded) == (part is None, part is not None)
    assert row.outstanding_minor == 0
    assert desk.offer(invoice_id).state is OfferState.NOT_OFFERED
    with pytest.raises(UserError) as error:
        desk.pay.link(invoice_id)
    assert error.value.code == "pay_not_owed"
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []


def test_mc2_wieder_offen_makes_a_link_possible_and_its_undoing_closes_it(desk: Desk) -> None:
    invoice_id = desk.invoice()
    page = desk.open(desk.url(invoice_id))
    page.pay("4242424242424242")
    desk.close_due()
    assert page.intent is not None
    form = urlencode({"payment_intent": page.intent["id"], "amount": 5050})
    status, _ = desk.stripe.answer("POST", "/v1/refunds", form, SECRET_KEY, None)
    assert status == 200
    assert desk.offer(invoice_id).state is OfferState.NOT_OFFERED

    invoicing = desk.office.invoicing
    [refund] = [one for one in desk.office.books.payments(invoice_id) if one.amount_minor < 0]
    invoicing.owe_again([refund.id], "Ware ist da").result(PATIENCE)
    assert desk.offer(invoice_id).state is OfferState.NONE
    assert desk.open(desk.url(invoice_id)).amount == 5050

    [said] = desk.office.books.owed_again(invoice_id)
    invoicing.not_owed_again([said.decision_id]).result(PATIENCE)
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []
    assert desk.offer(invoice_id).state is OfferState.NOT_OFFERED


def test_mc2_a_rest_that_is_written_off_has_no_link(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.url(invoice_id)
    closing = Closing(WRITE_OFF, 11900, "insolvent")
    desk.office.invoicing.close_rest(invoice_id, closing).result(PATIENCE)
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []
    assert desk.offer(invoice_id).state is OfferState.NOT_OFFERED


def test_a_refund_leaves_the_link_over_the_unpaid_rest_alone(desk: Desk) -> None:
    """40 of 119 by card, the link asks for the other 79; 10 of the 40 go back: still 79."""
    invoice_id = desk.invoice()
    desk.tell(event_body(invoice_id, amount=4000, intent_id="pi_part"))
    old = desk.url(invoice_id)
    desk.tell(refund_event("pi_part", 1000))
    assert desk.row(invoice_id).outstanding_minor == 7900
    assert desk.close_due() == {}
    assert desk.url(invoice_id) == old and desk.open(old).amount == 7900


# --- payments that take days --------------------------------------------------------------


def test_sepa_runs_for_days_and_is_paid(desk: Desk) -> None:
    invoice_id = desk.invoice()
    page = desk.open(desk.url(invoice_id))
    page.pay_by_sepa()
    row = desk.row(invoice_id)
    assert (row.status, row.running_since is not None) == ("open", True)
    assert desk.offer(invoice_id).state is OfferState.RUNNING
    with pytest.raises(UserError) as refused:
        desk.pay.link(invoice_id)
    assert refused.value.code == "pay_running"
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []
    desk.clock.set(NOON + timedelta(days=5))
    page.settle(paid=True)
    assert desk.row(invoice_id).status == "paid"
    assert desk.row(invoice_id).running_since is None


def test_sepa_fails_after_days_and_a_new_link_is_made(desk: Desk) -> None:
    invoice_id = desk.invoice()
    used = desk.url(invoice_id)
    page = desk.open(used)
    page.pay_by_sepa()
    desk.close_due()
    desk.clock.set(NOON + timedelta(days=5))
    page.settle(paid=False)
    row = desk.row(invoice_id)
    assert (row.status, row.running_since, row.payment_failed) == ("open", None, True)
    assert desk.offer(invoice_id).state is OfferState.NONE
    assert desk.url(invoice_id) != used


def test_a_payment_lost_sight_of_hinders_nothing_after_a_month(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.open(desk.url(invoice_id)).pay_by_sepa()
    desk.close_due()
    desk.clock.set(NOON + timedelta(days=31))
    assert desk.offer(invoice_id).state is OfferState.NONE
    assert desk.open(desk.url(invoice_id)).amount == 11900
    assert desk.close_due() == {}
    assert len(desk.usable(invoice_id)) == 1


# --- before any call ----------------------------------------------------------------------


def refused(desk: Desk, invoice_id: str) -> str:
    with pytest.raises(UserError) as error:
        desk.pay.link(invoice_id)
    assert desk.stripe.asked == []
    return error.value.code


def test_below_stripes_minimum(desk: Desk) -> None:
    assert refused(desk, desk.invoice(49)) == "pay_below_minimum"
    desk.url(desk.invoice(50))


def test_above_stripes_maximum(desk: Desk) -> None:
    assert refused(desk, desk.invoice(100_000_000)) == "pay_above_maximum"


def test_i14_a_test_invoice_with_live_keys_and_a_real_one_with_test_keys(desk: Desk) -> None:
    assert refused(desk, desk.invoice(livemode=True)) == "pay_wrong_mode"
    desk.keys = StripeKeys("pk_live_1", LIVE_KEY)
    assert refused(desk, desk.invoice()) == "pay_wrong_mode"
    assert desk.open(desk.url(desk.invoice(livemode=True))).amount == 11900


@pytest.mark.parametrize("keys", [None, StripeKeys(), StripeKeys("pk_test_1")])
def test_without_a_secret_key(desk: Desk, keys: StripeKeys | None) -> None:
    desk.keys = keys
    assert refused(desk, desk.invoice()) == "pay_no_key"


def test_nothing_to_pay(desk: Desk) -> None:
    paid, cancelled = desk.invoice(), desk.invoice()
    desk.by_hand(paid, 11900)
    desk.office.invoicing.cancel(cancelled, "Irrtum").result(PATIENCE)
    assert refused(desk, paid) == refused(desk, cancelled) == "pay_not_owed"
    assert refused(desk, "no-such-invoice") == "invoice_gone"
    assert desk.offer(paid).state is OfferState.NOT_OFFERED


def test_a_demo_has_no_stripe(desk: Desk) -> None:
    desk.pay = desk.new_pay(demo=True)
    assert refused(desk, desk.invoice()) == "pay_demo"


def test_handing_it_over_is_in_the_verlauf(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.pay.note_sent(invoice_id, "mail").result(PATIENCE)
    line = desk.office.books.history(invoice_id)[0]
    assert (line.action, line.actor, line.detail) == ("link_sent", "anna", {"channel": "mail"})


def test_the_request_is_kept_to_the_letter(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.url(invoice_id)
    [link] = desk.links(invoice_id)
    assert link.state is LinkState.ACTIVE
    assert json.loads(link.request)["metadata"]["workmate_link"] == link.id


def test_i14_a_real_link_is_not_touched_with_test_keys(desk: Desk) -> None:
    """It waits for the keys it was made with; Stripe is not even asked."""
    test_keys, desk.keys = desk.keys, StripeKeys("pk_live_1", LIVE_KEY)
    invoice_id = desk.invoice(livemode=True)
    desk.url(invoice_id)
    desk.by_hand(invoice_id, 11900)
    desk.keys = test_keys
    asked = len(desk.asked())
    assert set(desk.close_due().values()) == {"pay_wrong_mode"}
    assert len(desk.asked()) == asked
    assert len(desk.usable(invoice_id)) == 1


@pytest.mark.parametrize("livemode", [False, True])
def test_i13_a_link_that_stripe_does_not_know_any_more(desk: Desk, livemode: bool) -> None:
    """Test data was deleted there; but a real link is never deleted, so it is another account's
    and might still be paid.
    """
    if livemode:
        desk.keys = StripeKeys("pk_live_1", LIVE_KEY)
    invoice_id = desk.invoice(livemode=livemode)
    desk.url(invoice_id)
    desk.stripe.forget_links()
    desk.by_hand(invoice_id, 11900)
    assert set(desk.close_due().values()) == ({"pay_other_account"} if livemode else set())
    assert desk.states(invoice_id) == ["deactivating" if livemode else "inactive"]


def test_i6_a_key_that_stripe_refuses_again_and_again_is_renewed_once(desk: Desk) -> None:
    invoice_id = desk.invoice()
    refuse = desk.stripe.fail_next

    def refuse_the_next_one_too(asked: Asked) -> None:
        if (asked.method, asked.path) == ("GET", LINKS):
            refuse(Fault.OTHER_PARAMETERS)

    desk.stripe.before_answer = refuse_the_next_one_too
    refuse(Fault.OTHER_PARAMETERS)
    with pytest.raises(StripeRefused):
        desk.pay.link(invoice_id)
    first, second = desk.keys_sent()
    assert first != second
    desk.stripe.before_answer = None
    assert desk.open(desk.url(invoice_id)).amount == 11900
    assert len(desk.usable(invoice_id)) == 1
