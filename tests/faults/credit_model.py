"""How much of the credits of ONE invoice still stands on other invoices: what is too much and
unused goes back first, then the newest credit gives way.

As plain as money_model.py, on which it stands: after each step of the invoice's life the credits
can be no more than what would be too much if all of them were back.
"""

from typing import Any

from tests.faults.money_model import UNDOING, says, steps


def standing(life: dict[str, Any], uses: list[dict[str, Any]]) -> dict[str, int]:
    """`life` without the credits, as money_model wants it; `uses`: {"id", "at", "amount"}.

    What has given way does not come back with new money, only where it never had to: a refund
    that failed is no step of a life, and one by hand that was taken back counts no more.
    """
    wished = {use["id"]: use["amount"] for use in uses}
    moments = [(at, rank, key, what) for at, rank, key, what, _ in steps(life)]
    moments += [(use["at"], UNDOING, use["id"], "used") for use in uses]
    now: dict[str, int] = {}
    happened = 0
    for _, _, key, what in sorted(moments):
        if what == "used":
            now[key] = wished[key]
        else:
            happened += 1
        left = says(life, happened)["too_much"]
        for older, minor in now.items():
            now[older] = min(wished[older] if what == "undo refund" else minor, left)
            left -= now[older]
    return now
