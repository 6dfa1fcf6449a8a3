"""What is owed: the fold equals the plain model, whatever happened and in whatever order told.

Expected values come from tests/faults/money_model.py, which was written from the rule's words.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.credit_model import standing
from tests.faults.lengths import runs
from tests.faults.money_model import says
from tests.faults.test_money_lives import RIGHT
from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus, status_after
from workmate_desktop.domain.invoices.owed import (
    Entry,
    EntryKind,
    Sums,
    covered,
    fold,
    owed_minor,
    too_much_minor,
)

START = datetime(2026, 11, 20, 8, tzinfo=UTC)


def _at(second: int | None) -> datetime | None:
    return None if second is None else START + timedelta(seconds=second)


def entries_of(life: dict[str, Any]) -> list[Entry]:
    """The entries that the store would read of this life."""
    payments = {entry["id"]: entry for entry in life.get("payments", [])}
    found: list[Entry] = []

    def add(entry: dict[str, Any], kind: EntryKind, amount: int) -> None:
        of = payments.get(entry.get("of"), {})
        at = max(entry["at"], of.get("at", 0))
        ends = [end for end in (entry.get("undone"), of.get("undone")) if end is not None]
        if amount and not any(end < at for end in ends):
            moment = START + timedelta(seconds=at)
            again = entry.get("open_again", False)
            undone = _at(min(ends)) if ends else None
            found.append(Entry(entry["id"], kind, moment, amount, undone, owed_again=again))

    for entry in payments.values():
        add(entry, EntryKind.MONEY, entry["amount"])
    for entry in life.get("closings", []):
        add(entry, EntryKind.CLOSING, entry["amount"])
    for entry in life.get("moves", []):
        came = entry["amount"] > 0
        add(entry, EntryKind.MONEY if came else EntryKind.MOVED_AWAY, abs(entry["amount"]))
    for entry in life.get("refunds", []):
        if not entry.get("failed"):
            add(entry, EntryKind.REFUND, entry["amount"])
    for entry in life.get("disputes", []):
        add(entry, EntryKind.TAKEN, entry["amount"] - entry.get("back", 0))
    return found


def shown(life: dict[str, Any], sums: Sums) -> dict[str, Any]:
    """What row and list say of these sums."""
    corrected = sum(life.get("corrections", []))
    current = InvoiceStatus.CANCELLED if life.get("cancelled") else InvoiceStatus.OPEN
    status = status_after(current, life["total"] + corrected, sums.paid_minor)
    row = InvoiceRow(
        "i1", "RE-2026-0001", "", None, None, life["total"], sums.paid_minor, "eur", status,
        livemode=True, payment_failed=False, closed_minor=sums.closed_minor,
        forgiven_minor=sums.forgiven_minor, corrected_minor=corrected,
    )  # fmt: skip
    word = "Erstattet" if row.refunded else "Bezahlt, erstattet" if row.partly_refunded else None
    return {
        "received": row.received_minor,
        "closed": sums.closed_minor,
        "forgiven": sums.forgiven_minor,
        "owed": row.outstanding_minor,
        "too_much": row.overpaid_minor,
        "loss": max(0, -row.received_minor),
        "status": status.value,
        "shown": word,
    }


def reckoned(life: dict[str, Any], entries: list[Entry]) -> dict[str, Any]:
    asked = 0 if life.get("cancelled") else life["total"] + sum(life.get("corrections", []))
    return shown(life, fold(asked, entries))


@pytest.mark.parametrize("name", RIGHT)
def test_ma_every_life_with_a_known_answer(name: str) -> None:
    life, right = RIGHT[name]
    found = reckoned(life, entries_of(life))
    assert {key: found[key] for key in right} == right


_AMOUNTS = st.sampled_from([1, 2500, 5000, 9999, 10000, 10001, 20000])
_TIMES = st.integers(0, 12)
_UNDONE = st.one_of(st.none(), st.none(), st.integers(0, 14))


@st.composite
def lives(draw: st.DrawFn) -> dict[str, Any]:
    """Anything that may happen to an invoice over 100,00, several of it in one second."""

    def some(prefix: str, most: int, **parts: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
        found = draw(st.lists(st.fixed_dictionaries(parts), max_size=most))
        return [entry | {"id": f"{prefix}{no}"} for no, entry in enumerate(found)]

    payments = some("p", 4, at=_TIMES, amount=_AMOUNTS, undone=_UNDONE)
    keys = [None, *(payment["id"] for payment in payments)]
    of = st.sampled_from(keys)
    for entry in payments:
        if entry["undone"] is not None:
            entry["undone"] = max(entry["undone"], entry["at"])
    life: dict[str, Any] = {
        "total": 10000,
        "cancelled": draw(st.sampled_from([False, False, False, True])),
        "corrections": draw(st.sampled_from([[], [], [-3000], [-4000, -6000]])),
        "payments": payments,
        "refunds": some(
            "r", 3, at=_TIMES, amount=_AMOUNTS, failed=st.booleans(), open_again=st.booleans(),
            of=of,
        ),
        "disputes": some("d", 2, at=_TIMES, amount=_AMOUNTS, back=st.just(0), of=of),
        "closings": some("c", 2, at=_TIMES, amount=_AMOUNTS),
        "moves": some("m", 2, at=_TIMES, amount=st.sampled_from([5000, -5000, 10000, -10000])),
    }  # fmt: skip
    for dispute in life["disputes"]:
        dispute["back"] = draw(st.integers(0, dispute["amount"]))
    return life


@settings(max_examples=runs(300, 20_000), deadline=None, derandomize=True, database=None)
@given(lives(), st.randoms(use_true_random=False))
def test_the_fold_equals_the_model_in_any_order(
    life: dict[str, Any], chance: random.Random
) -> None:
    right = says(life)
    entries = entries_of(life)
    for _ in range(3):
        found = reckoned(life, entries)
        assert found == {key: right[key] for key in found}
        chance.shuffle(entries)


@settings(max_examples=runs(300, 20_000), deadline=None, derandomize=True, database=None)
@given(
    lives(),
    st.lists(st.tuples(_TIMES, _AMOUNTS), min_size=1, max_size=3),
    st.randoms(use_true_random=False),
)
def test_mb7_credits_stand_as_the_model_says_in_any_order(
    life: dict[str, Any], used: list[tuple[int, int]], chance: random.Random
) -> None:
    """Also of an invoice that was corrected, which the program cannot do yet."""
    uses: list[dict[str, Any]] = [
        {"id": f"u{no}", "at": at, "amount": minor} for no, (at, minor) in enumerate(used)
    ]
    right = standing(life, uses)
    asked = 0 if life["cancelled"] else life["total"] + sum(life["corrections"])
    entries = entries_of(life)
    credit = [
        Entry(use["id"], EntryKind.MOVED_AWAY, START + timedelta(seconds=use["at"]), use["amount"])
        for use in uses
    ]
    for _ in range(3):
        assert covered(asked, entries, credit) == right
        chance.shuffle(entries)
        chance.shuffle(credit)
    assert sum(right.values()) <= reckoned(life, entries)["too_much"]


@given(st.integers(1, 10**9), st.integers(0, 2 * 10**9), st.data())
def test_a_refund_alone_never_makes_anybody_owe_more(
    total: int, received: int, data: st.DataObject
) -> None:
    refunded = data.draw(st.integers(0, received))
    entries = [Entry("p", EntryKind.MONEY, START, received)] if received else []
    if refunded:
        entries.append(Entry("r", EntryKind.REFUND, START + timedelta(seconds=1), refunded))
    sums = fold(total, entries)
    assert owed_minor(total, sums.paid_minor, sums.forgiven_minor) == max(0, total - received)


@given(st.integers(0, 10**6), st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_owed_and_too_much_are_never_both(asked: int, paid: int, forgiven: int) -> None:
    owed = owed_minor(asked, paid, forgiven)
    assert 0 <= owed <= asked
    assert not (owed and too_much_minor(asked, paid, 0, forgiven))
    assert too_much_minor(asked, paid, 0, forgiven) <= max(0, paid)


def test_of_one_second_a_refund_comes_before_what_a_bank_takes() -> None:
    """Whatever their ids: the refund gave back what was too much, so all else is owed again."""
    entries = [
        Entry("a", EntryKind.MONEY, START, 15000),
        Entry("b", EntryKind.TAKEN, START, 5000),
        Entry("c", EntryKind.REFUND, START, 5000),
    ]
    assert fold(10000, entries) == Sums(received_minor=5000, closed_minor=0, forgiven_minor=0)


@pytest.mark.parametrize(("given_back", "forgiven"), [(9999, 9999), (10000, 0)])
def test_ma3_only_where_nothing_is_left_does_new_money_open_what_was_given_back(
    given_back: int, forgiven: int
) -> None:
    """One cent that stayed is still a paid invoice."""
    entries = [
        Entry("a", EntryKind.MONEY, START, 10000),
        Entry("b", EntryKind.REFUND, START + timedelta(hours=1), given_back),
        Entry("c", EntryKind.MONEY, START + timedelta(hours=2), 50),
    ]
    assert fold(10000, entries).forgiven_minor == forgiven
