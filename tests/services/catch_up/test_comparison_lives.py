"""The daily comparison alone, or beside the events in any order, ends at the same truth."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.services.booking.review_office import waiting
from tests.services.catch_up.absence import Absence
from tests.services.catch_up.stripe_lists import Lists, charge_of, objects_of
from tests.stripe_lives import life, orders, total_of
from tests.waiting import PATIENCE
from workmate_desktop.domain.payments.reversals import ReversalKind
from workmate_desktop.services.booking.owed.status import update_status

COMPARE = "compare"
Told = dict[str, Any] | str


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Lists]:
    absence = Absence(tmp_path)
    absence.first_run()
    yield Lists(absence)
    absence.close()


def lives_and_ends() -> list[Any]:
    return [
        pytest.param("a4", {}, (-450, 0, 10450), id="a4"),
        pytest.param("a7", {}, (7000, 0, 3000), id="a7"),
        pytest.param("b1-hold", {"amount_refunded": 4000}, (6000, 0, 0), id="b1"),
    ]


@pytest.mark.parametrize(("name", "fields", "end"), lives_and_ends())
def test_ma4_ma7_mb1_the_lists_alone(
    there: Lists, name: str, fields: dict[str, Any], end: tuple[int, int, int]
) -> None:
    invoice = there.invoice(total_of(name))
    made = life(name, invoice)
    there.hold(charge_of(made, invoice, **fields))
    there.hold(*objects_of(made, "refund"), *objects_of(made, "dispute"))
    there.compare()
    assert there.state(invoice)[1:] == end
    before = there.office.rows("SELECT amount_minor, kind FROM payments ORDER BY rowid")
    there.compare()
    assert there.office.rows("SELECT amount_minor, kind FROM payments ORDER BY rowid") == before


@pytest.mark.parametrize(("name", "fields", "end"), lives_and_ends())
def test_ma4_ma7_mb1_lists_and_events_in_any_order(
    there: Lists, name: str, fields: dict[str, Any], end: tuple[int, int, int]
) -> None:
    count = len(life(name, "x")["events"])
    for order in orders([*range(count), COMPARE], seed=11, most=8):
        invoice = there.invoice(total_of(name))
        made = life(name, invoice)
        there.hold(charge_of(made, invoice, **fields))
        there.hold(*objects_of(made, "refund"), *objects_of(made, "dispute"))
        for step in order:
            if step == COMPARE:
                there.compare()
            else:
                there.tell(made["events"][step])
        assert there.state(invoice)[1:] == end, order


def test_ma8_the_lists_name_the_refund_that_events_did_not(there: Lists) -> None:
    """Compared between the failure and the second refund, and once more after it."""
    for order in orders([*range(4), COMPARE], seed=3, most=8):
        invoice = there.invoice(total_of("a8"))
        made = life("a8", invoice)
        there.hold(charge_of(made, invoice, amount_refunded=3000))
        [failed] = objects_of(made, "refund")
        second = failed | {
            "id": failed["id"] + "b",
            "amount": 3000,
            "status": "succeeded",
            "created": made["events"][3]["created"],
        }
        there.hold(failed)
        for step in order:
            if step == COMPARE:
                there.compare()
            else:
                there.tell(made["events"][step])
        there.hold(second)
        there.compare()
        assert there.state(invoice)[1:] == (7000, 3000, 0), order


def test_mb1_authorised_is_not_paid_until_it_is_captured(there: Lists) -> None:
    invoice = there.invoice(11900)
    [held] = life("b1-authorised", invoice)["stripe_lists"]["charges"]
    there.hold(held)
    there.compare()
    assert there.office.value("SELECT count(*) FROM payments") == 0
    assert waiting(there.office) == []
    assert there.state(invoice)[:2] == ("open", 0)
    there.hold(held | {"captured": True, "amount_captured": 11900})
    there.compare()
    assert there.state(invoice)[:2] == ("paid", 11900)


def test_mb1_the_captured_part_counts_by_the_lists_alone(there: Lists) -> None:
    invoice = there.invoice(6000)
    [held] = life("b1-authorised", invoice)["stripe_lists"]["charges"]
    there.hold(held | {"captured": True, "amount_captured": 6000, "amount_refunded": 5900})
    there.compare()
    assert there.state(invoice) == ("paid", 6000, 0, 0)


def test_mb2_an_event_that_booked_nothing_is_no_money(there: Lists) -> None:
    """The success was kept while it seemed to be of another account."""
    invoice = there.invoice(10000)
    made = life("a4", invoice)
    success = made["events"][0]
    there.tell(success | {"account": "acct_1SomebodyElse"})
    assert there.state(invoice)[:2] == ("open", 0)
    there.hold(charge_of(made, invoice))
    there.compare()
    assert there.state(invoice)[:2] == ("paid", 10000)


def test_mb2_a_refund_that_was_ignored_is_found(there: Lists) -> None:
    invoice = there.invoice(6000)
    made = life("b1-hold", invoice)
    refund = made["events"][1]
    refund["data"]["object"] |= {"amount": 1500, "balance_transaction": "txn_1"}
    there.tell(made["events"][0])
    there.tell(refund | {"account": "acct_1SomebodyElse"})
    there.hold(charge_of(made, invoice, amount_refunded=5500), refund["data"]["object"])
    there.compare()
    assert there.state(invoice)[1:3] == (4500, 1500)


def test_times_are_those_of_the_objects(there: Lists) -> None:
    """What went back has the time it was made at Stripe, not that of the comparison."""
    invoice = there.invoice(10000)
    made = life("a4", invoice)
    [dispute] = objects_of(made, "dispute")
    there.hold(charge_of(made, invoice), dispute)
    there.compare()
    received = [one.received_at.timestamp() for one in there.office.books.payments(invoice)]
    assert received == [made["events"][0]["created"], dispute["created"]]
    assert there.at.clock.now().timestamp() - received[1] > timedelta(hours=20).total_seconds()


def test_mb3_the_lists_hold_a_failed_attempt_and_the_one_that_paid(there: Lists) -> None:
    for order in orders([0, COMPARE], seed=1):
        for told in ("charges", None):
            invoice = there.invoice(11900)
            made = life("b3", invoice)
            if told is None:
                del made["events"][0]["data"]["object"]["charges"]
            there.hold(*made["stripe_lists"]["charges"])
            for step in order:
                if step == COMPARE:
                    there.compare()
                else:
                    there.tell(made["events"][step])
            there.compare()
            assert there.state(invoice) == ("paid", 11900, 0, 0)


@pytest.mark.parametrize("attempts", [1, 2])
def test_mb3_the_lists_tell_who_had_paid_what_failed_later(there: Lists, attempts: int) -> None:
    """Nothing told the charge that paid. Stripe lists none that paid by now: it was the newest."""
    invoice = there.invoice(11900)
    made = life("b3", invoice)
    first, second = made["stripe_lists"]["charges"]
    del made["events"][0]["data"]["object"]["charges"]
    there.tell(made["events"][0])
    second |= {"status": "failed", "failure_balance_transaction": "txn_late", "paid": False}
    there.hold(*[first, second][-attempts:])
    there.compare()
    assert there.state(invoice) == ("open", 0, 0, 11900)
    there.compare()
    assert there.state(invoice) == ("open", 0, 0, 11900)


def test_mb3_a_return_of_another_attempt_is_taken_back(there: Lists) -> None:
    """As an older version had booked it."""
    invoice = there.invoice(11900)
    made = life("b3", invoice)
    first, second = made["stripe_lists"]["charges"]
    success = made["events"][0]
    del success["data"]["object"]["charges"]
    there.tell(success)
    intent = success["data"]["object"]["id"]
    there.tell(
        {
            "id": "evt_failed",
            "object": "event",
            "type": "charge.failed",
            "created": first["created"],
            "livemode": False,
            "data": {"object": first},
        }
    )

    def as_before(t: Any) -> None:
        held = t.payments.by_intent(intent)
        payment = t.payments.get(held[0])
        before = t.invoices.to_book(invoice)
        t.payments.add_reversal(
            payment,
            -11900,
            ReversalKind.RETURN,
            first["id"],
            at=there.at.clock.now(),
            actor="stripe",
        )
        update_status(t, before)

    there.office.writer.submit(as_before).result(PATIENCE)
    assert there.state(invoice) == ("open", 0, 0, 11900)
    there.hold(first, second)
    there.compare()
    assert there.state(invoice) == ("paid", 11900, 0, 0)
    newest = there.office.books.history(invoice)[0]
    assert newest.action == "reversal_was_none"
    assert "dispute_won" not in there.at.notices("dispute_won")


def test_mb5_the_lists_tell_how_a_payment_was_paid(there: Lists) -> None:
    """Also of one that an event brought, whose intent had offered four methods."""
    first, second = there.invoice(11900), there.invoice(11900)
    for invoice in (first, second):
        made = life("b5", invoice)
        if invoice == second:
            there.tell(made["events"][0])
        there.hold(made["events"][1]["data"]["object"])
    there.compare()
    for invoice in (first, second):
        [payment] = there.office.books.payments(invoice)
        assert payment.method == "sepa_debit"
        assert there.office.books.history(invoice)[0].detail["method"] == "sepa_debit"


def test_mb5_the_method_is_read_with_the_fee(there: Lists) -> None:
    """A moment after the payment, not only with the next comparison."""
    there.compare()
    invoice = there.invoice(11900)
    made = life("b5", invoice)
    there.tell(made["events"][0])
    charge = made["events"][1]["data"]["object"]
    there.hold(charge | {"created": int(there.at.clock.stripe_now())})
    there.fees()
    [payment] = there.office.books.payments(invoice)
    assert payment.method == "sepa_debit"


def test_mb5_a_returned_debit_by_the_lists_alone(there: Lists) -> None:
    invoice = there.invoice(11900)
    made = life("b5", invoice)
    [dispute, _] = objects_of(made, "dispute")
    there.hold(made["events"][1]["data"]["object"], dispute | {"reason": "general"})
    there.compare()
    assert there.state(invoice) == ("open", 0, 0, 11900)
    lines = [one.action for one in there.office.books.history(invoice)]
    assert "debit_returned" in lines and "disputed" not in lines
    assert there.at.notices("disputed") == []


@pytest.mark.parametrize("told", [True, False])
def test_mb9_disputes_of_the_lists_that_name_only_their_charge(there: Lists, told: bool) -> None:
    invoice = there.invoice(10000)
    made = life("b9", invoice)
    if told:
        there.tell(made["events"][0])
    [dispute, _] = objects_of(made, "dispute")
    shop = dispute | {"id": dispute["id"] + "s", "charge": "ch_of_a_shop"}
    there.hold(charge_of(made, invoice), dispute, shop)
    there.compare()
    assert there.state(invoice) == ("open", 0, 0, 10000)
    there.compare()
    assert there.state(invoice) == ("open", 0, 0, 10000)
    # Nothing of the shop's is kept.
    assert there.office.value("SELECT count(*) FROM stripe_events") == 2


def test_a_better_time_of_a_payment_changes_what_is_owed(there: Lists) -> None:
    """60,00 by debit were under way before 100,00 by card came and went back: 60,00 of these were
    too much, and 40,00 were given back on purpose. The success of the debit alone came last.
    """
    for order in orders([0, 1, 2, COMPARE], seed=5):
        invoice = there.invoice(10000)
        card, debit = life("a4", invoice), life("a4", invoice)
        paid, late = card["events"][0], debit["events"][0]
        intent = late["data"]["object"]
        intent |= {"amount": 6000, "amount_received": 6000}
        early = charge_of(debit, invoice, created=late["created"] - 86_400)
        late["created"] += 3 * 86_400
        refund = card["events"][1]["data"]["object"] | {
            "object": "refund",
            "id": f"re_{paid['data']['object']['id']}",
            "amount": 10000,
            "status": "succeeded",
            "created": paid["created"] + 86_400,
        }
        back = card["events"][1] | {"type": "refund.created", "data": {"object": refund}}
        back["created"] = refund["created"]
        events = [paid, back, late]
        for step in order:
            if step == COMPARE:
                there.hold(early)
                there.compare()
            else:
                there.tell(events[step])
        there.compare()
        row = there.office.books.invoice_row(invoice)
        assert row is not None
        assert (row.paid_minor, row.forgiven_minor, row.outstanding_minor) == (6000, 4000, 0), order


def test_mb1_what_an_older_version_took_for_a_refund_is_put_right(there: Lists) -> None:
    """The released rest of a hold, booked as given back: 20,00 of 60,00 paid."""
    invoice = there.invoice(6000)
    made = life("b1-hold", invoice)
    success, refund, _ = made["events"]
    intent = success["data"]["object"]
    # What the older version kept of the success said nothing of the hold.
    there.tell(success | {"data": {"object": intent | {"amount": 6000}}})

    def as_before(t: Any) -> None:
        payment = t.payments.get(t.payments.by_intent(intent["id"])[0])
        before = t.invoices.to_book(invoice)
        made_at = there.at.clock.now()
        key = refund["data"]["object"]["id"]
        t.payments.add_reversal(
            payment, -4000, ReversalKind.REFUND, key, at=made_at, actor="stripe"
        )
        update_status(t, before)

    there.office.writer.submit(as_before).result(PATIENCE)
    there.tell(refund)
    assert there.state(invoice) == ("partially_paid", 2000, 4000, 0)
    held = charge_of(made, invoice, amount=10000, amount_captured=6000, amount_refunded=4000)
    there.hold(held, refund["data"]["object"])
    there.compare()
    assert there.state(invoice) == ("paid", 6000, 0, 0)
    assert there.office.books.history(invoice)[0].action == "reversal_was_none"
    assert there.at.notices("refund_failed") == []
