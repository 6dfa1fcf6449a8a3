"""One payment for three invoices, and what goes back of it: told in any order it counts on the same
invoices, the first one first.
"""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOON, OfficeBooks, customer, draft, event_body, make_books
from tests.faults.lengths import runs
from tests.faults.money_at_stripe import Post
from tests.reversal_events import dispute_event, refund_event, refunded_charge
from tests.waiting import PATIENCE

TOTAL = 10000


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeBooks]:
    made = make_books(Path(tmp_path_factory.mktemp("splits")))
    yield made
    made.close()


def _life(chance: random.Random, name: str) -> tuple[list[dict[str, Any]], int]:
    """What Stripe tells of a payment of three times the total, and how much is gone in the end."""
    intent, charge = f"pi_{name}", f"ch_{name}"
    told: list[dict[str, Any]] = []
    left, gone, so_far = 3 * TOTAL, 0, 0
    for number in range(chance.randint(1, 4)):
        at = NOON + timedelta(hours=1, minutes=10 * number)
        minor = min(left, chance.choice([1000, 4000, TOTAL, 12000, 15000, 3 * TOTAL]))
        if not minor:
            break
        key = f"re_{name}_{number}"
        so_far += minor
        told.append(refund_event(intent, minor, refund_id=key, created=at, charge=charge))
        if chance.random() < 0.5:
            told.append(refunded_charge(intent, so_far, created=at, id=charge, amount=3 * TOTAL))
        if chance.random() < 0.4:
            so_far -= minor
            told.append(
                refund_event(
                    intent, minor, refund_id=key, kind="refund.failed", status="failed", made=at,
                    created=at + timedelta(minutes=5), charge=charge, event_id=f"evt_{key}_failed",
                )
            )  # fmt: skip
        else:
            left, gone = left - minor, gone + minor
    if left and chance.random() < 0.3:
        at = NOON + timedelta(hours=3)
        told.append(
            dispute_event(
                intent, left, dispute_id=f"dp_{name}", created=at, charge=charge,
                balance_transactions=[],
            )
        )  # fmt: skip
        gone += left
    return told, gone


def test_mb7_a_payment_for_three_invoices_told_in_any_order(office: OfficeBooks) -> None:
    who, post = customer(office), Post(office)
    for seed in range(runs(12, 400)):
        told, gone = _life(random.Random(seed), f"s{seed}")
        wanted = []
        for _ in range(3):  # the first one first
            wanted.append(TOTAL - min(gone, TOTAL))
            gone -= min(gone, TOTAL)
        for order in range(3):
            name = f"s{seed}o{order}"
            ids = [
                office.invoicing.issue(draft(who, total_minor=TOTAL)).result(PATIENCE)
                for _ in range(3)
            ]
            intent = f"pi_{name}"
            post.deliver(event_body(ids[0], amount=3 * TOTAL, intent_id=intent, created=NOON))
            for other in ids[1:]:
                office.review.split(ids[0], other, TOTAL).result(PATIENCE)
            told, _ = _life(random.Random(seed), name)
            if order:
                random.Random(f"{seed} {order}").shuffle(told)
            for body in told:
                post.deliver(body)
            rows = office.books.invoice_rows(ids)
            found = [rows[key].received_minor for key in ids]
            assert found == wanted, (seed, order, [body["id"] for body in told])
            # What it was asked about, and was not answered, is money that was given back.
            assert all(rows[key].outstanding_minor == 0 or "dp_" in str(told) for key in ids)
