"""S7: one payment that is named for two invoices. The money counts once, and staff are asked."""

import copy
import random
import threading
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.factories import OfficeBooks, draft, event_body, issued
from tests.factories import customer as kept_customer
from tests.faults.lengths import runs
from tests.faults.office import Office
from tests.reversal_events import refund_event
from tests.services.booking.review_office import deliver, item, waiting
from tests.services.catch_up.absence import Absence
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.review import Decision, ReviewList
from workmate_desktop.domain.stripe.events import PAYMENT_SUCCEEDED, Outcome, Reason
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.catch_up.comparison import Comparison
from workmate_desktop.services.upkeep.seal_check import SealCheck

PI = "pi_same"


def named(invoice_id: str | None, **how: Any) -> dict[str, Any]:
    return event_body(invoice_id, intent_id=PI, **how)


def money(office: OfficeBooks) -> int:
    """What all payments together bring."""
    return int(office.value("SELECT ifnull(sum(amount_minor), 0) FROM payments"))


def outcome(office: OfficeBooks, event_id: str) -> tuple[str, object]:
    kept = office.books.event(event_id)
    assert kept is not None
    return kept.outcome.value, kept.detail.get("reason")


def status(office: OfficeBooks, invoice_id: str) -> tuple[str, int]:
    row = office.books.invoice_row(invoice_id)
    assert row is not None
    return row.status.value, row.paid_minor


@pytest.fixture
def two(office: Office) -> tuple[OfficeBooks, str, str]:
    return office.at, issued(office.at), issued(office.at, name="Bäckerei Voß")


def test_sa7_the_second_naming_waits_for_staff(office: Office) -> None:
    first, second = issued(office.at), issued(office.at, name="Bäckerei Voß")
    bodies = [named(first), named(second)]
    assert [office.deliver(body) for body in bodies] == [200, 200]
    assert office.outcome(bodies[1]) == ("needs_review", "named_twice")
    assert status(office.at, first) == ("paid", 11900)
    assert status(office.at, second) == ("open", 0)
    assert money(office.at) == 11900
    assert office.notices() == ["needs_review"]
    assert office.actions(second)[-1] == "payment_to_review"
    shown = item(office.at, bodies[1]["id"])
    assert shown.named_id == second
    assert shown.held_label == office.row(first).number
    assert shown.payment_id is None, "money on an invoice cannot be given back from here"


def test_sa7_the_same_names_again_are_a_plain_duplicate(two: tuple[OfficeBooks, str, str]) -> None:
    office, first, second = two
    number = office.books.invoice_row(first).number
    deliver(office, named(first))
    for again in (named(first), named(number), named(None), named("RE-1999-0001")):
        assert outcome(office, deliver(office, again)) == ("duplicate", "same_intent")
    asked = deliver(office, named(second))
    assert outcome(office, asked) == ("needs_review", "named_twice")
    for again in (named(second), named(office.books.invoice_row(second).number), named(first)):
        assert outcome(office, deliver(office, again)) == ("duplicate", "same_intent")
    assert waiting(office) == [asked]
    assert money(office) == 11900


def test_sa7_three_invoices_in_every_order(office: Office) -> None:
    at = office.at
    for count, order in enumerate(permutations(range(3))):
        invoices = [issued(at, name=f"Kunde {count}-{n}") for n in range(3)]
        pi = f"pi_{count}"
        ids = [deliver(at, event_body(invoices[n], intent_id=pi)) for n in order]
        assert [outcome(at, one)[0] for one in ids] == ["booked", "needs_review", "needs_review"]
        paid = [status(at, one)[1] for one in invoices]
        assert paid[order[0]] == 11900 and sum(paid) == 11900
    assert money(at) == 6 * 11900


def test_sa7_the_money_is_put_where_it_belongs_and_back(two: tuple[OfficeBooks, str, str]) -> None:
    office, first, second = two
    deliver(office, named(first))
    asked = deliver(office, named(second))
    found = office.review.suggestions(item(office, asked))
    assert found[0].row.id == second and found[0].likely
    decision = office.review.assign(asked, second).result(PATIENCE)
    assert (status(office, first), status(office, second)) == (("open", 0), ("paid", 11900))
    assert money(office) == 11900
    assert waiting(office) == []
    [decided] = office.review.decided_items()
    assert (decided.id, decided.decided.kind) == (asked, Decision.MONEY_SPLIT)
    assert decided.lies_in is ReviewList.DECIDED and decided.decided.can_be_undone
    office.review.undo(decision).result(PATIENCE)
    assert (status(office, first), status(office, second)) == (("paid", 11900), ("open", 0))
    assert waiting(office) == [asked]
    assert money(office) == 11900


def test_sa7_one_payment_for_two_invoices_is_parted(two: tuple[OfficeBooks, str, str]) -> None:
    office, first, second = two
    deliver(office, named(first, amount=23800))
    asked = deliver(office, named(second, amount=23800))
    office.review.assign(asked, second).result(PATIENCE)
    assert (status(office, first), status(office, second)) == (("paid", 11900), ("paid", 11900))
    assert money(office) == 23800


def test_sa7_it_stays_where_it_is(two: tuple[OfficeBooks, str, str]) -> None:
    office, first, second = two
    deliver(office, named(first))
    asked = deliver(office, named(second))
    decision = office.review.set_aside(asked, "Tippfehler im Dashboard").result(PATIENCE)
    assert (status(office, first), status(office, second)) == (("paid", 11900), ("open", 0))
    assert waiting(office) == []
    assert outcome(office, deliver(office, named(second)))[0] == "duplicate"
    office.review.undo(decision).result(PATIENCE)
    assert waiting(office) == [asked]


def test_sa7_what_cannot_be_chosen_is_refused(two: tuple[OfficeBooks, str, str]) -> None:
    office, first, second = two
    deliver(office, named(first))
    asked = deliver(office, named(second))
    with pytest.raises(UserError, match="review_same_invoice"):
        office.review.assign(asked, first).result(PATIENCE)
    deliver(office, event_body(second, intent_id="pi_other"))
    with pytest.raises(UserError, match="move_too_much"):
        office.review.assign(asked, second).result(PATIENCE)
    assert money(office) == 2 * 11900


def test_sa7_money_that_was_moved_there_already(two: tuple[OfficeBooks, str, str]) -> None:
    office, first, second = two
    deliver(office, named(first, amount=23800))
    office.review.split(first, second, 11900).result(PATIENCE)
    told = deliver(office, named(second, amount=23800))
    assert outcome(office, told) == ("duplicate", "same_intent")


def test_sa7_money_that_went_back_altogether_asks_nothing(
    two: tuple[OfficeBooks, str, str],
) -> None:
    office, first, second = two
    deliver(office, named(first))
    deliver(office, refund_event(PI, 11900))
    assert outcome(office, deliver(office, named(second))) == ("duplicate", "same_intent")
    assert waiting(office) == []


def test_sa7_a_refund_goes_where_the_money_is(two: tuple[OfficeBooks, str, str]) -> None:
    office, first, second = two
    deliver(office, named(first))
    asked = deliver(office, named(second))
    deliver(office, refund_event(PI, 1900))
    assert office.books.invoice_row(first).refunded_minor == 1900
    assert office.books.invoice_row(second).refunded_minor == 0
    office.review.assign(asked, second).result(PATIENCE)
    assert status(office, second)[1] == 10000, "what is left of it"
    assert money(office) == 10000


def test_sa7_processed_again_it_is_asked_again_and_books_once_the_money_is_free(
    two: tuple[OfficeBooks, str, str],
) -> None:
    office, first, second = two
    loose = deliver(office, named("RE-1999-0001"))
    decision = office.review.assign(loose, first).result(PATIENCE)
    asked = deliver(office, named(second))
    assert outcome(office, asked) == ("needs_review", "named_twice")
    assert office.receive.reprocess(asked).result(PATIENCE) is Outcome.NEEDS_REVIEW
    assert waiting(office) == [asked]
    office.review.undo(decision).result(PATIENCE)
    assert office.receive.reprocess(asked).result(PATIENCE) is Outcome.BOOKED
    assert (status(office, first), status(office, second)) == (("open", 0), ("paid", 11900))
    assert money(office) == 11900


def test_sa7_money_that_waits_learns_the_other_name(two: tuple[OfficeBooks, str, str]) -> None:
    """It is one item still: its card proposes the invoice that was named since."""
    office, _first, second = two
    loose = deliver(office, named("RE-1999-0001"))
    told = deliver(office, named(second))
    assert outcome(office, told) == ("duplicate", "same_intent")
    assert waiting(office) == [loose]
    assert str(office.books.invoice_row(second).number) in item(office, loose).mentioned
    assert office.review.suggestions(item(office, loose))[0].row.id == second
    office.review.assign(loose, second).result(PATIENCE)
    assert (status(office, second), money(office)) == (("paid", 11900), 11900)


def test_sa7_money_that_was_set_aside_is_named_for_an_invoice(
    two: tuple[OfficeBooks, str, str],
) -> None:
    office, _first, second = two
    loose = deliver(office, named(None))
    office.review.set_aside(loose, "unbekannt").result(PATIENCE)
    told = deliver(office, named(second))
    assert outcome(office, told) == ("needs_review", "named_twice")
    assert item(office, told).held_label is None
    office.review.assign(told, second).result(PATIENCE)
    assert (status(office, second), money(office)) == (("paid", 11900), 11900)


@pytest.mark.parametrize("closed", ["draft", "cancelled", "other currency"])
def test_sa7_named_for_one_that_takes_no_money(
    two: tuple[OfficeBooks, str, str], closed: str
) -> None:
    office, first, other = two
    if closed == "draft":
        other = office.invoicing.save_draft(draft(kept_customer(office, "Dritter"))).result(
            PATIENCE
        )
    elif closed == "cancelled":
        office.invoicing.cancel(other, "Irrtum").result(PATIENCE)
    else:
        other = issued(office, name="Dritter", currency="usd")
    deliver(office, named(first))
    told = deliver(office, named(other))
    assert outcome(office, told) == ("needs_review", Reason.NAMED_TWICE.value)
    with pytest.raises(UserError):
        office.review.assign(told, other).result(PATIENCE)
    assert money(office) == 11900


def test_sa7_whatever_is_named_and_decided_the_money_counts_once(office: Office) -> None:
    """Random names, decisions and second thoughts: the sums hold after every step."""
    at = office.at
    for seed in range(runs(12, 120)):
        chance = random.Random(seed)
        invoices = [issued(at, name=f"Kunde {seed}-{n}") for n in range(3)]
        amounts = {f"pi_{seed}x{n}": chance.choice([5950, 11900, 23800]) for n in range(2)}
        events: list[tuple[str, str]] = []
        decisions: list[str] = []
        told: set[str] = set()
        for _ in range(20):
            match chance.choice(["event", "event", "assign", "aside", "undo", "again"]):
                case "event":
                    pi = chance.choice(list(amounts))
                    name = chance.choice([None, "RE-1999-0001", *invoices])
                    body = event_body(name, intent_id=pi, amount=amounts[pi])
                    events.append((deliver(at, body), pi))
                    told.add(pi)
                case "assign" if events:
                    decisions += done(
                        at.review.assign(chance.choice(events)[0], chance.choice(invoices))
                    )
                case "aside" if events:
                    decisions += done(at.review.set_aside(chance.choice(events)[0], "so"))
                case "undo" if decisions:
                    done(at.review.undo(chance.choice(decisions)))
                case "again" if events:
                    at.receive.reprocess(chance.choice(events)[0]).result(PATIENCE)
            by_intent = dict(
                at.rows(
                    "SELECT p.stripe_payment_intent_id, sum(q.amount_minor) FROM payments p"
                    " JOIN payments q ON coalesce(q.reversal_of, q.id) = p.id"
                    " WHERE p.stripe_payment_intent_id LIKE ? GROUP BY 1",
                    f"pi_{seed}x%",
                )
            )
            assert by_intent == {pi: amounts[pi] for pi in told}
            for invoice_id in invoices:
                on_it = at.value(
                    "SELECT ifnull(sum(amount_minor), 0) FROM payments WHERE invoice_id = ?",
                    invoice_id,
                )
                assert status(at, invoice_id)[1] == on_it
        report = SealCheck(at.writer, at.database, at.clock, lambda: None).run()
        assert not report.findings.tampered and not report.findings.added
        # What waits can be decided, and nothing is left over.
        for one in waiting(at):
            at.review.set_aside(one, "so").result(PATIENCE)
        assert waiting(at) == []


def done(future: Any) -> list[str]:
    """What a decision gave; [] where it was refused."""
    try:
        found = future.result(PATIENCE)
    except UserError:
        return []
    return [found] if isinstance(found, str) else []


# --- told by others than an event ----------------------------------------------------------


@pytest.fixture
def absence(tmp_path: Path) -> Iterator[Absence]:
    made = Absence(tmp_path)
    yield made
    made.close()


def renamed(absence: Absence, kind: str, invoice_id: str) -> None:
    """Somebody changes the metadata of all payments in the Dashboard."""
    for found in absence.stripe.account.objects.values():
        if found.get("object") == kind:
            found["metadata"] = dict(found["metadata"]) | {"invoice_id": invoice_id}


def asked_once(absence: Absence, first: str, second: str) -> None:
    office = absence.office
    assert (status(office, first), status(office, second)) == (("paid", 11900), ("open", 0))
    assert [item(office, one).reason for one in waiting(office)] == [Reason.NAMED_TWICE]
    assert money(office) == 11900


def test_sa7_found_by_the_daily_comparison(absence: Absence) -> None:
    absence.first_run()
    first, second = absence.invoices(2)
    absence.pay(first)
    assert absence.run().complete
    renamed(absence, "charge", second)
    office = absence.office
    for _ in range(2):
        absence.later(days=1)
        Comparison(
            office.writer,
            office.database,
            office.receive,
            absence.clock,
            absence.api,
            lambda: office.keys,
            office.instance_id,
            Threads(),
        ).compare(threading.Event())
        asked_once(absence, first, second)


def test_sa7_found_by_the_search_after_a_long_absence(absence: Absence) -> None:
    absence.first_run()
    first, second = absence.invoices(2)
    absence.pay(first)
    assert absence.run().complete
    renamed(absence, "payment_intent", second)
    for _ in range(2):
        absence.later(days=40)
        assert absence.run().complete
        asked_once(absence, first, second)


def test_sa7_told_by_an_event_that_was_missed(absence: Absence) -> None:
    absence.first_run()
    first, second = absence.invoices(2)
    absence.pay(first)
    assert absence.run().complete
    told = next(e for e in absence.stripe.account.events if e["type"] == PAYMENT_SUCCEEDED)
    again = copy.deepcopy(told) | {"id": "evt_3StandInAgain"}
    again["data"]["object"]["metadata"]["invoice_id"] = second
    absence.stripe.account.events.append(again)
    assert absence.run().complete
    asked_once(absence, first, second)
