"""What is owed after money came, was given back and was taken, in any order."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workmate_desktop.domain.invoices import InvoiceStatus, outstanding_after, status_after


@dataclass
class Coins:
    """The plain model: an invoice paid coin by coin, looked at without a formula."""

    total: int
    came: int = 0
    given_back: int = 0
    taken: int = 0

    def owed(self) -> int:
        held = let_off = 0
        for _ in range(self.came):
            held += 1
        for _ in range(self.given_back):
            # More than was asked for goes back first; the rest is a claim that the office drops.
            let_off += held <= self.total
            held -= 1
        for _ in range(self.taken):
            held -= 1
        return max(0, self.total - let_off - held)

    def shown(self) -> int:
        """What the program says of the same sums."""
        paid = self.came - self.given_back - self.taken
        status = status_after(InvoiceStatus.OPEN, self.total, paid)
        return outstanding_after(status, self.total, paid, self.given_back, self.taken)


@pytest.mark.parametrize(
    ("came", "given_back", "taken", "owed"),
    [
        (120, 20, 0, 0),
        (120, 20, 100, 100),  # the excess first, then the bank took the rest
        (200, 100, 100, 100),  # paid twice: one given back, the other taken
        (200, 0, 100, 0),  # paid twice: one taken, the other pays
        (120, 50, 0, 0),
        (120, 50, 70, 70),  # 20 of the 50 were too much, 30 are let off
        (100, 30, 70, 70),
        (60, 20, 0, 40),
        (60, 20, 40, 80),
        (100, 100, 0, 0),
        (200, 100, 0, 0),  # given back, and paid again
        (0, 0, 0, 100),
    ],
)
def test_owed_of_100(came: int, given_back: int, taken: int, owed: int) -> None:
    coins = Coins(100, came, given_back, taken)
    assert coins.shown() == coins.owed() == owed


_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["pay", "undo", "refund", "refund_failed", "dispute", "dispute_won"]),
        st.integers(1, 30),
    ),
    max_size=25,
)


@given(st.integers(1, 60), _MOVES)
def test_the_formula_equals_the_coins_after_every_move(
    total: int, moves: list[tuple[str, int]]
) -> None:
    coins = Coins(total)
    for move, amount in moves:
        held = coins.came - coins.given_back - coins.taken
        if move == "pay":
            coins.came += amount
        elif move == "undo":  # a payment entered by hand that was none
            coins.came -= min(amount, held)
        elif move == "refund":
            coins.given_back += min(amount, held)
        elif move == "refund_failed":
            coins.given_back -= min(amount, coins.given_back)
        elif move == "dispute":
            coins.taken += min(amount, held)
        else:
            coins.taken -= min(amount, coins.taken)
        assert coins.shown() == coins.owed(), (move, coins)
        assert 0 <= coins.shown() <= total


@pytest.mark.parametrize(
    "status", [InvoiceStatus.DRAFT, InvoiceStatus.PAID, InvoiceStatus.CANCELLED]
)
def test_nothing_is_owed_of_other_invoices(status: InvoiceStatus) -> None:
    assert outstanding_after(status, 100, 0, 20, 100) == 0
