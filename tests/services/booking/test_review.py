"""Zuordnen, Ohne Rechnung ablegen, Rückgängig: on a real database."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import (
    LIVE_KEYS,
    NOON,
    OfficeBooks,
    at_once,
    customer,
    draft,
    event_body,
    issued,
    make_books,
)
from tests.reversal_events import refund_event
from tests.services.booking.review_office import actions, deliver, item, loose_money, row, waiting
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.review import Decision
from workmate_desktop.domain.stripe.events import Reason, UnreadableEvent


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close_never_accused()


def _refused(future: Any) -> str:
    with pytest.raises(UserError) as caught:
        future.result(PATIENCE)
    return caught.value.code


# --- the list ------------------------------------------------------------------------------


def test_every_kind_is_listed_newest_first(office: OfficeBooks) -> None:
    cancelled, unissued = issued(office), office.invoicing.save_draft(draft(customer(office)))
    office.invoicing.cancel(cancelled, "Doppelt").result(PATIENCE)
    bodies = {
        Reason.NO_INVOICE: event_body(None),
        Reason.UNKNOWN_INVOICE: event_body("RE-2020-0001"),
        Reason.INVOICE_CANCELLED: event_body(cancelled),
        Reason.INVOICE_DRAFT: event_body(unissued.result(PATIENCE)),
        Reason.OTHER_CURRENCY: event_body(issued(office), currency="usd"),
        Reason.WRONG_MODE: event_body(issued(office), livemode=True),
        Reason.OTHER_INSTALLATION: event_body(issued(office), instance="another one"),
        Reason.BAD_AMOUNT: event_body(issued(office), amount=-5),
    }
    expected = []
    for minutes, (reason, body) in enumerate(bodies.items()):
        body["created"] += minutes * 60
        expected.append((deliver(office, body), reason))
    office.receive.unreadable(UnreadableEvent("json"))
    office.settled()
    found = [(one.id, one.reason) for one in office.review.open_items()]
    [unreadable] = [one for one, reason in found if reason is Reason.UNREADABLE]
    assert [pair for pair in found if pair[0] != unreadable] == expected[::-1]
    assert len(waiting(office)) == len(bodies) + 1
    assert {one.reason for one in office.review.open_items() if one.assignable} == {
        Reason.NO_INVOICE,
        Reason.UNKNOWN_INVOICE,
        Reason.INVOICE_CANCELLED,
        Reason.INVOICE_DRAFT,
        Reason.OTHER_CURRENCY,
        Reason.OTHER_INSTALLATION,
    }


def test_pages_follow_each_other(office: OfficeBooks) -> None:
    ids = [loose_money(office, event_id=f"evt_{number:02d}") for number in range(12)]
    office.receive.unreadable(UnreadableEvent("json"))
    office.settled()
    whole = [one.id for one in office.review.open_items()]
    assert set(ids) < set(whole) and len(whole) == 13
    paged, last = [], None
    while page := office.review.open_items(last, 5):
        paged += [one.id for one in page]
        last = page[-1]
    assert paged == whole


def test_a_cancelled_invoice_is_named_with_its_day_and_line(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    office.invoicing.cancel(invoice_id, "Doppelt").result(PATIENCE)
    found = item(office, deliver(office, event_body(invoice_id)))
    assert (found.named_id, found.named_label) == (invoice_id, "TEST-2026-0001")
    assert found.named_cancelled_at == NOON
    assert found.payment_id is not None
    assert actions(office, invoice_id)[-1] == "payment_to_review"


# --- Zuordnen ------------------------------------------------------------------------------


def test_assigned_money_pays_the_invoice(office: OfficeBooks) -> None:
    invoice_id, event_id = issued(office), loose_money(office)
    assert waiting(office) == [event_id]
    office.review.assign(event_id, invoice_id).result(PATIENCE)
    assert (row(office, invoice_id).status, row(office, invoice_id).paid_minor) == ("paid", 11900)
    assert waiting(office) == []
    event = office.books.event(event_id)
    assert event is not None
    assert (event.outcome, event.invoice_id) == ("booked", invoice_id)
    line = office.books.history(invoice_id)[0]
    assert (line.action, line.actor, line.detail["from"], line.detail["to"]) == (
        "payment_assigned",
        "anna",
        "open",
        "paid",
    )
    [decided] = office.review.decisions_about(event_id)
    assert (decided.kind, decided.actor, decided.invoice_label) == (
        Decision.ASSIGNED,
        "anna",
        "TEST-2026-0001",
    )
    [listed] = office.review.decided_items()
    assert (listed.id, listed.reason, listed.decided) == (event_id, Reason.NO_INVOICE, decided)
    assert office.review.assignments_of(invoice_id) == {listed.payment_id: decided.id}


def test_too_much_money_makes_a_notice(office: OfficeBooks) -> None:
    invoice_id, event_id = issued(office), loose_money(office, 13000)
    office.review.assign(event_id, invoice_id).result(PATIENCE)
    assert row(office, invoice_id).overpaid
    assert [notice.kind for notice in office.books.notice_page()] == ["overpaid", "needs_review"]


def test_two_people_click_at_once(office: OfficeBooks) -> None:
    first, second = issued(office), issued(office)
    event_id = loose_money(office)

    def click(invoice_id: str) -> str:
        try:
            office.review.assign(event_id, invoice_id).result(PATIENCE)
        except UserError as error:
            return error.code
        return "done"

    ended = at_once([lambda one=one: click(one) for one in (first, second) * 4])
    assert sorted(ended) == ["done"] + ["review_decided"] * 7
    paid = [row(office, one).paid_minor for one in (first, second)]
    assert sorted(paid) == [0, 11900]


def test_processed_again_meanwhile(office: OfficeBooks) -> None:
    """The draft that the event names is issued; whoever comes first decides, the other not."""
    customer_id = customer(office)
    unissued = office.invoicing.save_draft(draft(customer_id)).result(PATIENCE)
    other = issued(office)
    event_id = deliver(office, event_body(unissued))
    office.invoicing.issue(draft(customer_id), unissued).result(PATIENCE)
    assert office.receive.reprocess(event_id).result(PATIENCE) == "booked"
    assert _refused(office.review.assign(event_id, other)) == "review_decided"
    assert row(office, unissued).status == "paid"


def test_processed_again_the_verlauf_says_what_is_left(office: OfficeBooks) -> None:
    """A part went back while the money waited: the line names what the invoice got."""
    unissued = office.invoicing.save_draft(draft(customer(office))).result(PATIENCE)
    event_id = deliver(office, event_body(unissued, intent_id="pi_kept"))
    deliver(office, refund_event("pi_kept", 1900))
    office.invoicing.issue(draft(customer(office)), unissued).result(PATIENCE)
    assert office.receive.reprocess(event_id).result(PATIENCE) == "booked"
    [line] = [line for line in office.books.history(unissued) if line.action == "payment_booked"]
    assert line.detail["amount_minor"] == row(office, unissued).paid_minor == 10000


def test_processing_again_leaves_a_decision_alone(office: OfficeBooks) -> None:
    customer_id = customer(office)
    unissued = office.invoicing.save_draft(draft(customer_id)).result(PATIENCE)
    other = issued(office)
    event_id = deliver(office, event_body(unissued))
    office.invoicing.issue(draft(customer_id), unissued).result(PATIENCE)
    office.review.set_aside(event_id, "Versehen").result(PATIENCE)
    assert office.receive.reprocess(event_id).result(PATIENCE) == "ignored"
    assert row(office, unissued).status == "open"
    [decided] = office.review.decisions_about(event_id)
    office.review.undo(decided.id).result(PATIENCE)
    office.review.assign(event_id, other).result(PATIENCE)
    assert office.receive.reprocess(event_id).result(PATIENCE) == "booked"
    assert (row(office, unissued).paid_minor, row(office, other).paid_minor) == (0, 11900)


def test_what_does_not_fit_is_refused(office: OfficeBooks) -> None:
    event_id = loose_money(office)
    euro, dollar = issued(office), issued(office, currency="usd")
    real = issued(office, livemode=True)
    cancelled = issued(office)
    office.invoicing.cancel(cancelled, "x").result(PATIENCE)
    unissued = office.invoicing.save_draft(draft(customer(office))).result(PATIENCE)
    expected = {
        dollar: "review_other_currency",
        real: "review_wrong_mode",
        cancelled: "review_invoice_closed",
        unissued: "review_invoice_closed",
        "nobody": "invoice_gone",
    }
    for invoice_id, code in expected.items():
        assert _refused(office.review.assign(event_id, invoice_id)) == code
    wrong_mode = deliver(office, event_body(euro, livemode=True))
    assert _refused(office.review.assign(wrong_mode, real)) == "review_wrong_mode"
    strange = deliver(office, event_body(euro, amount="a lot"))
    assert _refused(office.review.assign(strange, euro)) == "review_no_money"
    failed = deliver(office, event_body(None, failed="generic_decline"))
    assert _refused(office.review.assign(failed, euro)) == "review_decided"
    assert row(office, euro).paid_minor == 0
    assert set(waiting(office)) == {event_id, wrong_mode, strange}


def test_keys_of_the_other_mode_refuse(office: OfficeBooks) -> None:
    invoice_id, event_id = issued(office), loose_money(office)
    office.keys = LIVE_KEYS
    assert _refused(office.review.assign(event_id, invoice_id)) == "review_wrong_mode"


def test_money_of_another_installation_is_booked_when_a_person_says_so(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    metadata = {"invoice_id": invoice_id, "workmate_instance": "an older one"}
    event_id = deliver(office, event_body(metadata=metadata))
    assert office.value("SELECT count(*) FROM payments") == 0
    decision = office.review.assign(event_id, invoice_id).result(PATIENCE)
    assert row(office, invoice_id).status == "paid"
    office.review.undo(decision).result(PATIENCE)
    assert row(office, invoice_id).status == "open"
    assert waiting(office) == [event_id]


# --- Ohne Rechnung ablegen, Rückgängig -----------------------------------------------------


def test_set_aside_needs_a_reason_and_keeps_the_money(office: OfficeBooks) -> None:
    event_id = loose_money(office)
    assert _refused(office.review.set_aside(event_id, "  ")) == "reason_missing"
    office.review.set_aside(event_id, " Spende ").result(PATIENCE)
    assert waiting(office) == []
    [listed] = office.review.decided_items()
    assert listed.decided is not None
    assert (listed.decided.kind, listed.decided.reason) == (Decision.SET_ASIDE, "Spende")
    assert office.value("SELECT count(*) FROM payments WHERE invoice_id IS NULL") == 1
    assert _refused(office.review.set_aside(event_id, "again")) == "review_decided"


def test_an_unreadable_message_can_be_set_aside_and_taken_back(office: OfficeBooks) -> None:
    office.receive.unreadable(UnreadableEvent("json"))
    office.settled()
    [item_id] = waiting(office)
    decision = office.review.set_aside(item_id, "Stripe gefragt").result(PATIENCE)
    assert waiting(office) == []
    assert _refused(office.review.set_aside(item_id, "again")) == "review_decided"
    office.review.undo(decision).result(PATIENCE)
    assert waiting(office) == [item_id]
    assert _refused(office.review.undo(decision)) == "review_undone_already"


def test_an_assignment_taken_back_waits_again(office: OfficeBooks) -> None:
    cancelled, target = issued(office), issued(office)
    office.invoicing.cancel(cancelled, "Doppelt").result(PATIENCE)
    event_id = deliver(office, event_body(cancelled))
    before = item(office, event_id)
    decision = office.review.assign(event_id, target).result(PATIENCE)
    office.clock.advance(seconds=1)  # decisions of one moment have no order
    office.review.undo(decision).result(PATIENCE)
    assert item(office, event_id) == before
    assert (row(office, target).status, row(office, target).paid_minor) == ("open", 0)
    assert waiting(office) == [event_id]
    assert actions(office, target)[-2:] == ["payment_assigned", "assignment_undone"]
    told = ["payment_to_review", "review_set_aside", "review_reopened"]
    assert actions(office, cancelled)[-3:] == told
    assert _refused(office.review.undo(decision)) == "review_undone_already"
    kinds = [one.kind for one in office.review.decisions_about(event_id)]
    assert kinds == [Decision.UNDONE, Decision.ASSIGNED]
    office.review.assign(event_id, target).result(PATIENCE)
    assert row(office, target).status == "paid"


def test_money_that_went_back_waits_no_more(office: OfficeBooks) -> None:
    """The seam for refunds: whoever gave the money back says so in the same transaction."""
    from workmate_desktop.services.booking.decide import money_went_back, refund_failed

    event_id = loose_money(office)
    payment_id = item(office, event_id).payment_id
    assert payment_id is not None
    decision = office.writer.submit(lambda t: money_went_back(t, payment_id, "anna")).result(
        PATIENCE
    )
    assert decision is not None
    assert waiting(office) == []
    assert _refused(office.review.undo(decision)) == "review_undo_refunded"
    again = office.writer.submit(lambda t: money_went_back(t, payment_id, "anna")).result(PATIENCE)
    assert again is None
    office.writer.submit(lambda t: refund_failed(t, payment_id, "stripe")).result(PATIENCE)
    assert waiting(office) == [event_id]


@pytest.mark.parametrize("assigned", [True, False])
def test_undone_after_all_of_it_went_back_it_waits_for_nobody(
    office: OfficeBooks, assigned: bool
) -> None:
    review = office.review
    event_id = loose_money(office, intent_id="pi_one")
    if assigned:
        decision = review.assign(event_id, issued(office)).result(PATIENCE)
    else:
        decision = review.set_aside(event_id, "Spende").result(PATIENCE)
    deliver(office, refund_event("pi_one", 11900))
    review.undo(decision).result(PATIENCE)
    assert waiting(office) == []
    assert review.decisions_about(event_id)[0].kind == "refunded"
    deliver(office, refund_event("pi_one", 11900, kind="refund.failed", status="failed"))
    assert waiting(office) == [event_id]
    assert item(office, event_id).amount_minor == 11900


def test_decisions_are_append_only(office: OfficeBooks) -> None:
    office.keys = LIVE_KEYS
    loose = loose_money(office, livemode=True)
    office.review.set_aside(loose, "Spende").result(PATIENCE)
    with sqlite3.connect(office.path) as outside:
        for statement in (
            "UPDATE review_decisions SET reason = 'x'",
            "DELETE FROM review_decisions",
            "REPLACE INTO review_decisions (id, at, kind, actor)"
            " SELECT id, 'x', 'x', 'x' FROM review_decisions",
        ):
            with pytest.raises(sqlite3.IntegrityError, match=r"append-only|UNIQUE"):
                outside.execute(statement)
    outside.close()


def test_deleting_test_data_takes_the_decisions_along(office: OfficeBooks) -> None:
    decision = office.review.assign(loose_money(office), issued(office)).result(PATIENCE)
    office.review.undo(decision).result(PATIENCE)
    office.invoicing.delete_test_data().result(PATIENCE)
    assert office.value("SELECT count(*) FROM review_decisions") == 0
    assert waiting(office) == []


def test_what_went_back_before_the_money_was_assigned_is_taken_off(office: OfficeBooks) -> None:
    """Money that is not trusted is kept by no payment, so a refund of it has to wait as well."""
    invoice_id = issued(office)
    metadata = {"invoice_id": invoice_id, "workmate_instance": "an older one"}
    event_id = deliver(office, event_body(metadata=metadata, intent_id="pi_one"))
    deliver(office, refund_event("pi_one", 1900))
    office.review.assign(event_id, invoice_id).result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.status, found.paid_minor, found.refunded_minor) == ("partially_paid", 10000, 1900)
    assert actions(office, invoice_id)[-2:] == ["payment_assigned", "refunded"]


@pytest.mark.parametrize("refund_first", [False, True])
def test_money_without_an_invoice_that_went_back_waits_for_nobody(
    office: OfficeBooks, refund_first: bool
) -> None:
    bodies = [event_body(None, intent_id="pi_one"), refund_event("pi_one", 11900)]
    for body in reversed(bodies) if refund_first else bodies:
        deliver(office, body)
    assert office.value("SELECT sum(amount_minor) FROM payments") == 0
    assert waiting(office) == []
    [listed] = office.review.decided_items()
    assert listed.decided is not None
    assert listed.decided.kind is Decision.REFUNDED
    failed = refund_event("pi_one", 11900, kind="refund.failed", status="failed")
    deliver(office, failed)
    assert waiting(office) == [bodies[0]["id"]]
