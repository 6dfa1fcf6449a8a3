"""Mutants that change nothing that anybody could notice, each with the reason.

Looked at one by one. They are not drawn again as long as their line stays as it is; one whose line
is gone is found by a test and taken out.
"""

from typing import NamedTuple


class Equal(NamedTuple):
    """`original` and `mutated` are the changed lines, blanks brought together."""

    file: str
    original: str
    mutated: str
    reason: str


_SERVICES = "workmate_desktop/services"

EQUAL: tuple[Equal, ...] = (
    Equal(
        f"{_SERVICES}/catch_up/catch_up.py",
        "if moved:",
        "if True:",
        "writes the same cursor once more, in a transaction that is there anyway",
    ),
    Equal(
        f"{_SERVICES}/booking/owed/entries.py",
        "rows = [row for row in parts if _is_charge(row) and row.amount_minor < 0]",
        "rows = [row for row in parts if _is_charge(row) and (row.amount_minor <= 0)]",
        "no row has the amount 0: the schema forbids it",
    ),
    Equal(
        f"{_SERVICES}/booking/owed/status.py",
        "elif before and not too_much:",
        "elif (not too_much):",
        "ends a notice that is not there; that statement is counted by benchmarks/test_guard.py",
    ),
    Equal(
        f"{_SERVICES}/booking/refunds.py",
        "return spent or not timedelta() <= age <= _KEY_LIVES",
        "return spent or not (timedelta() <= age < _KEY_LIVES)",
        "one microsecond of a day; Stripe's own end of a key is not known to that",
    ),
    Equal(
        f"{_SERVICES}/booking/review.py",
        "def not_ours_items(self, after: ReviewItem | None = None, limit: int = 256)"
        " -> list[ReviewItem]:",
        "def not_ours_items(self, after: ReviewItem | None = None, limit: int = 257)"
        " -> list[ReviewItem]:",
        "the length of a page of a list that goes on behind its last line",
    ),
    Equal(
        f"{_SERVICES}/pay_links/link_calls.py",
        "if made is None and not self._is_spent(row):",
        "if (made is None or not self._is_spent(row)):",
        "asks Stripe once more with the key that has made the link: it answers with the same link",
    ),
    Equal(
        f"{_SERVICES}/booking/book_reversals.py",
        "if not entries and invoice is not None and invoice.refunded_minor:",
        "if (invoice is not None and invoice.refunded_minor):",
        "each entry has brought the sums up to date itself: a second look finds the same",
    ),
    Equal(
        f"{_SERVICES}/booking/book_reversals.py",
        "continue # nothing was ever told of it: what is booked stays as it is",
        "break # nothing was ever told of it: what is booked stays as it is",
        "where nothing was told of the payment, that is so for each of the entries",
    ),
    Equal(
        f"{_SERVICES}/books.py",
        "with self._database.snapshot() if text else self._database.reader() as connection:",
        "with self._database.snapshot() if True else self._database.reader() as connection:",
        "reads the same rows, in a transaction of its own",
    ),
    Equal(
        "workmate_desktop/gateways/stripe/made_events.py",
        'return json.dumps(event, ensure_ascii=False, separators=(",", ":"))'
        '.encode("utf-8", "replace")',
        'return json.dumps(event, ensure_ascii=True, separators=(",", ":"))'
        '.encode("utf-8", "replace")',
        "the same JSON, with letters written as escapes; nobody reads it but a JSON parser",
    ),
    *(
        Equal(f"{_SERVICES}/catch_up/{file}.py", f"{name} = {value}", f"{name} = {other}", why)
        for file, name, value, why in (
            ("catch_up", "AT_ONCE", 25, "how much at once: one more or less books the same"),
            ("comparison", "AT_ONCE", 25, "how much at once: one more or less books the same"),
            (
                "catch_up",
                "_SAVE_COVERED_SECONDS",
                600,
                "how often a quiet run is noted: a second more or less",
            ),
        )
        for other in (value - 1, value + 1)
    ),
)
