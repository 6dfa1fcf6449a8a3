"""The plain model against every life whose right answer is known: each line by hand arithmetic.

Nothing here runs the program. It says what the model is worth that the state machine uses.
"""

import itertools
import random
from typing import Any

import pytest

from tests.faults.money_model import says


def pay(at: int, amount: int, undone: int | None = None, key: str = "") -> dict[str, Any]:
    return {"id": key or f"p{at}", "at": at, "amount": amount, "undone": undone}


def back(at: int, amount: int, **more: Any) -> dict[str, Any]:
    return {"id": f"r{at}", "at": at, "amount": amount} | more


def bank(at: int, amount: int, reinstated: int = 0, **more: Any) -> dict[str, Any]:
    return {"id": f"d{at}", "at": at, "amount": amount, "back": reinstated} | more


def life(
    payments: list[dict[str, Any]] | None = None,
    refunds: list[dict[str, Any]] | None = None,
    disputes: list[dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    told = {"payments": payments or [], "refunds": refunds or [], "disputes": disputes or []}
    return {"total": 10000} | told | more


RIGHT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing happened": (life(), {"owed": 10000, "status": "open", "shown": None}),
    "paid": (life([pay(1, 10000)]), {"owed": 0, "too_much": 0, "status": "paid"}),
    "a part": (life([pay(1, 4000)]), {"owed": 6000, "status": "partially_paid"}),
    "more than asked": (life([pay(1, 12000)]), {"owed": 0, "too_much": 2000, "status": "paid"}),
    # 100 − 100 = 0 received, 100 forgiven: 100 − 0 − 100 = 0 owed
    "refunded in full": (
        life([pay(1, 10000)], [back(2, 10000)]),
        {"owed": 0, "too_much": 0, "forgiven": 10000, "status": "open", "shown": "Erstattet"},
    ),
    # the rows A1 to A8
    "A1 the wrong entry by hand is taken back after the excess was refunded": (
        life([pay(1, 10000), pay(2, 10000, undone=4)], [back(3, 10000)]),
        {"owed": 10000, "too_much": 0, "forgiven": 0, "received": 0, "shown": None},
    ),
    "A1 before it is taken back": (
        life([pay(1, 10000), pay(2, 10000)], [back(3, 10000)]),
        {"owed": 0, "too_much": 0, "forgiven": 0, "received": 10000, "status": "paid"},
    ),
    "A2 assigned, the excess refunded, the assignment undone": (
        life([pay(1, 10000), pay(2, 10000, undone=4, key="q")], [back(3, 10000, of="p1")]),
        {"owed": 10000, "forgiven": 0, "received": 0, "status": "open", "shown": None},
    ),
    "A2 the refund was of the assigned money itself and goes with it": (
        life([pay(1, 10000), pay(2, 10000, undone=4, key="q")], [back(3, 10000, of="q")]),
        {"owed": 0, "too_much": 0, "forgiven": 0, "received": 10000, "status": "paid"},
    ),
    "A2 only the assigned money was there": (
        life([pay(2, 10000, undone=4, key="q")], [back(3, 10000, of="q")]),
        {"owed": 10000, "forgiven": 0, "received": 0, "shown": None},
    ),
    "A3 refunded in full, then 60 by transfer": (
        life([pay(1, 10000), pay(3, 6000)], [back(2, 10000)]),
        {"owed": 4000, "forgiven": 0, "received": 6000, "status": "partially_paid", "shown": None},
    ),
    "A4 the bank takes more than was paid": (
        life([pay(1, 10000)], [], [bank(2, 10450)]),
        {"owed": 10000, "received": -450, "loss": 450, "status": "open"},
    ),
    # 100 − 100 − 100 = −100 received; 100 + 100 − 100 forgiven = 100 owed
    "A5 refund and chargeback of one charge": (
        life([pay(1, 10000)], [back(2, 10000)], [bank(3, 10000)]),
        {"owed": 10000, "received": -10000, "loss": 10000, "status": "open", "shown": None},
    ),
    "A5 cancelled": (
        life([pay(1, 10000)], [back(2, 10000)], [bank(3, 10000)], cancelled=True),
        {"owed": 0, "too_much": 0, "loss": 10000, "status": "cancelled"},
    ),
    "A6 partly refunded on purpose": (
        life([pay(1, 10000)], [back(2, 5050)]),
        {"owed": 0, "forgiven": 5050, "status": "partially_paid", "shown": "Bezahlt, erstattet"},
    ),
    "A6 for good: 10 more are too much": (
        life([pay(1, 10000), pay(3, 1000)], [back(2, 5050)]),
        {"owed": 0, "too_much": 1000, "forgiven": 5050, "shown": "Bezahlt, erstattet"},
    ),
    "A7 reinstated in part": (
        life([pay(1, 10000)], [], [bank(2, 10000, 7000)]),
        {"owed": 3000, "received": 7000, "forgiven": 0, "status": "partially_paid"},
    ),
    "A7 reinstated in whole": (
        life([pay(1, 10000)], [], [bank(2, 10000, 10000)]),
        {"owed": 0, "received": 10000, "status": "paid", "too_much": 0},
    ),
    "A8 a refund of 20 fails, then 30 go back": (
        life([pay(1, 10000)], [back(2, 2000, failed=True), back(3, 3000)]),
        {"owed": 0, "received": 7000, "forgiven": 3000, "shown": "Bezahlt, erstattet"},
    ),
    # what the rule says beside its rows
    "excess given back: nothing is forgiven": (
        life([pay(1, 12000)], [back(2, 2000)]),
        {"owed": 0, "too_much": 0, "forgiven": 0, "status": "paid", "shown": None},
    ),
    # of 50 back 20 were too much, 30 are forgiven: 100 − 70 − 30 = 0
    "excess and more given back": (
        life([pay(1, 12000)], [back(2, 5000)]),
        {"owed": 0, "too_much": 0, "forgiven": 3000, "received": 7000},
    ),
    "refund before the second payment": (
        life([pay(1, 10000), pay(3, 10000)], [back(2, 10000)]),
        {"owed": 0, "too_much": 0, "forgiven": 0, "received": 10000, "status": "paid"},
    ),
    "within one second money comes first": (
        life([pay(1, 10000), pay(2, 10000)], [back(2, 10000)]),
        {"owed": 0, "too_much": 0, "forgiven": 0, "received": 10000, "status": "paid"},
    ),
    # a refund of a part, then the bank takes the rest: 100 − 60 − 40 = 0, 60 forgiven
    "refund, then the bank takes the rest": (
        life([pay(1, 10000)], [back(2, 6000)], [bank(3, 4000)]),
        {"owed": 4000, "forgiven": 6000, "received": 0, "status": "open", "shown": None},
    ),
    "wieder offen": (
        life([pay(1, 10000)], [back(2, 10000, open_again=True)]),
        {"owed": 10000, "forgiven": 0, "received": 0, "status": "open", "shown": None},
    ),
    "wieder offen for one of two refunds": (
        life([pay(1, 10000)], [back(2, 3000, open_again=True), back(3, 2000)]),
        {"owed": 3000, "forgiven": 2000, "received": 5000, "status": "partially_paid"},
    ),
    "after Erstattet, an entry that is undone opens nothing": (
        life([pay(1, 10000), pay(3, 6000, undone=4)], [back(2, 10000)]),
        {"owed": 0, "forgiven": 10000, "received": 0, "shown": "Erstattet"},
    ),
    "after Erstattet, a reinstatement opens nothing": (
        life([pay(1, 10000)], [back(3, 10000)], [bank(2, 4000, 4000)]),
        {"owed": 0, "forgiven": 10000, "received": 0, "shown": "Erstattet"},
    ),
    # 40 were owed before it came, so it was not Erstattet: 100 − 40 − 60 = 0
    "refunded 60, 40 taken, 40 paid anew": (
        life([pay(1, 10000), pay(4, 4000)], [back(2, 6000)], [bank(3, 4000)]),
        {"owed": 0, "forgiven": 6000, "received": 4000, "shown": "Bezahlt, erstattet"},
    ),
    "skonto closes": (
        life([pay(1, 9800)], closings=[pay(2, 200, key="s")]),
        {"owed": 0, "received": 9800, "closed": 200, "status": "paid", "shown": None},
    ),
    "money after a write-off is too much": (
        life([pay(1, 9800), pay(3, 200)], closings=[pay(2, 200, key="s")]),
        {"owed": 0, "too_much": 200, "received": 10000, "closed": 200},
    ),
    "the write-off taken back": (
        life([pay(1, 9800), pay(3, 200)], closings=[pay(2, 200, 4, "s")]),
        {"owed": 0, "too_much": 0, "received": 10000, "closed": 0, "status": "paid"},
    ),
    # nothing received: what is over is never money that is not there
    "written off in whole, corrected to half": (
        life([], closings=[pay(2, 10000, key="s")], corrections=[-5000]),
        {"owed": 0, "too_much": 0, "closed": 10000, "status": "paid"},
    ),
    "paid after skonto, refunded: Erstattet": (
        life([pay(1, 9800)], [back(3, 9800)], closings=[pay(2, 200, key="s")]),
        {"owed": 0, "forgiven": 9800, "received": 0, "shown": "Erstattet", "too_much": 0},
    ),
    "corrected to 80 after 100 were paid": (
        life([pay(1, 10000)], corrections=[-2000]),
        {"owed": 0, "too_much": 2000, "status": "paid"},
    ),
    "and the 20 given back": (
        life([pay(1, 10000)], [back(2, 2000)], corrections=[-2000]),
        {"owed": 0, "too_much": 0, "forgiven": 0, "status": "paid", "shown": None},
    ),
    "a full Storno of a paid invoice": (
        life([pay(1, 10000)], cancelled=True),
        {"owed": 0, "too_much": 10000, "status": "cancelled"},
    ),
    "and its money refunded": (
        life([pay(1, 10000)], [back(2, 10000)], cancelled=True),
        {"owed": 0, "too_much": 0, "forgiven": 0, "status": "cancelled", "shown": None},
    ),
    "a credit used here": (
        life([pay(2, 8000)], moves=[pay(1, 2000, key="m")]),
        {"owed": 0, "too_much": 0, "received": 10000, "status": "paid"},
    ),
    "a credit moved away, and back again": (
        life([pay(1, 12000)], moves=[pay(2, -2000, 3, "m")]),
        {"owed": 0, "too_much": 2000, "received": 12000, "status": "paid"},
    ),
    "moved away: never forgiven": (
        life([pay(1, 10000)], moves=[pay(2, -4000, key="m")]),
        {"owed": 4000, "forgiven": 0, "received": 6000, "status": "partially_paid"},
    ),
    "a credit comes after Erstattet: the rest is open": (
        life([pay(1, 10000)], [back(2, 10000)], moves=[pay(3, 2500, key="m")]),
        {"owed": 7500, "forgiven": 0, "received": 2500, "status": "partially_paid"},
    ),
    "a refund by hand, undone": (
        life([pay(1, 10000)], [back(2, 10000, undone=3)]),
        {"owed": 0, "too_much": 0, "forgiven": 0, "received": 10000, "status": "paid"},
    ),
    # 238 = 2 × 119, and 50 that waited in Klärung with 20 of them gone already
    "money assigned late brings its refund along": (
        life([pay(1, 10000), pay(5, 5000, key="q")], [back(3, 2000, of="q")]),
        {"owed": 0, "too_much": 3000, "forgiven": 0, "received": 13000},
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_the_model_says_what_is_right(name: str) -> None:
    told, right = RIGHT[name]
    said = says(told)
    assert {key: said[key] for key in right} == right


@pytest.mark.parametrize("name", RIGHT)
def test_the_model_knows_no_order_of_arrival(name: str) -> None:
    told, _ = RIGHT[name]
    chance = random.Random(name)
    for _ in range(20):
        shuffled = {
            key: chance.sample(value, len(value)) if isinstance(value, list) else value
            for key, value in told.items()
        }
        assert says(shuffled) == says(told)


def test_the_sums_of_the_model_hold_together() -> None:
    """Over every small life of these pieces: owed and over exclude each other, within bounds."""
    payments = [pay(1, 10000), pay(4, 6000), pay(3, 7000, undone=6)]
    refunds = [back(2, 10000), back(5, 4000, open_again=True)]
    disputes = [bank(5, 10450, 3000)]
    pieces = [("payments", p) for p in payments] + [("refunds", r) for r in refunds]
    pieces += [("disputes", d) for d in disputes] + [("closings", pay(3, 500, key="s"))]
    for size in range(len(pieces) + 1):
        for chosen in itertools.combinations(pieces, size):
            told: dict[str, Any] = {"total": 10000}
            for kind, entry in chosen:
                told.setdefault(kind, []).append(entry)
            said = says(told)
            assert 0 <= said["owed"] <= 10000
            assert not (said["owed"] and said["too_much"])
            assert said["too_much"] <= max(0, said["received"])
            assert said["forgiven"] >= 0
