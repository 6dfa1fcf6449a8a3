"""API versions before 2022-11-15 put a charge's refunds into the charge: they are read there."""

from datetime import timedelta
from itertools import permutations
from typing import Any

from tests.factories import NOON, customer, draft, event_body
from tests.faults.office import Office
from tests.reversal_events import refund_event, refunded_charge
from tests.waiting import PATIENCE


def _listed(key: str, minor: int, hours: int, status: str = "succeeded") -> dict[str, Any]:
    at = int((NOON + timedelta(hours=hours)).timestamp())
    return {
        "id": key, "object": "refund", "amount": minor, "created": at, "currency": "eur",
        "status": status, "balance_transaction": f"txn_{key}",
    }  # fmt: skip


def test_ma8_refunds_told_in_their_charge_have_names_and_times(office: Office) -> None:
    who = customer(office.at)
    for number, order in enumerate(permutations(range(4))):
        office.at.clock.moment = NOON + timedelta(hours=5)
        invoice_id = office.at.invoicing.issue(draft(who, total_minor=10000)).result(PATIENCE)
        intent, charge = f"pi_old{number}", f"ch_old{number}"
        one, two = f"re_one{number}", f"re_two{number}"
        first, second = _listed(one, 2000, 1), _listed(two, 3000, 2)
        told = [
            event_body(
                invoice_id, amount=10000, intent_id=intent, created=NOON,
                intent={"latest_charge": charge},
            ),
            refunded_charge(
                intent, 2000, created=NOON + timedelta(hours=1), id=charge, amount=10000,
                refunds={"data": [first]},
            ),
            refunded_charge(
                intent, 5000, created=NOON + timedelta(hours=2), id=charge, amount=10000,
                refunds={"data": [second, first]},
            ),
            refund_event(
                intent, 2000, refund_id=one, kind="charge.refund.updated", status="failed",
                made=NOON + timedelta(hours=1), created=NOON + timedelta(hours=4), charge=charge,
            ),
        ]  # fmt: skip
        for place in order:
            assert office.deliver(told[place]) == 200
        row = office.row(invoice_id)
        assert (row.received_minor, row.forgiven_minor) == (7000, 3000), order
        rows = office.at.rows(
            "SELECT stripe_object_id, sum(amount_minor), max(received_at) FROM payments"
            " WHERE invoice_id = ? AND stripe_object_id IS NOT NULL GROUP BY 1"
            " HAVING sum(amount_minor) <> 0",
            invoice_id,
        )
        assert rows == [(two, -3000, "2026-11-23T13:00:00.000Z")], order
