"""What must be said of ONE invoice after anything that can happen to its money.

Plain dicts and sums, no code of the program: the rule of what is owed, written from its words
alone and before the program's own. It is given the set of what happened, never an order of
arrival. Times are whole seconds.

    {"total": 10000, "cancelled": False, "corrections": [-500],
     "payments": [{"id", "at", "amount", "undone": None}],   by Stripe (at: of the charge), by hand
                                                              or assigned (at: of staff's doing)
     "refunds": [{"id", "at", "amount", "failed": False, "open_again": False, "undone": None,
                  "of": payment}],                            by Stripe (at: created) or by hand
     "disputes": [{"id", "at", "amount", "back": 0, "of": payment}],
     "closings": [{"id", "at", "amount", "undone": None}],    skonto, write_off
     "moves": [{"id", "at", "amount", "undone": None}]}       > 0: came here, < 0: went away

What the rule leaves to be understood, decided here: what an undone refund by hand has forgiven
goes with it. A payment whose assignment is undone takes its refunds and its bank's takings along,
and one that is assigned late brings those it already has, at the moment of the assignment.
"""

from typing import Any

MONEY_IN, REFUND, TAKING, UNDOING = range(4)
"""What comes first within one second."""

Step = tuple[int, int, str, str, dict[str, Any]]
"""(second, what comes first, id, what happens, the entry)"""


def steps(life: dict[str, Any]) -> list[Step]:
    """Everything that happened, in the order of the rule."""
    payments = {entry["id"]: entry for entry in life.get("payments", [])}
    found: list[Step] = []

    def add(entry: dict[str, Any], rank: int, what: str) -> None:
        of = payments.get(entry.get("of"), {})
        at = max(entry["at"], of.get("at", 0))
        ends = [end for end in (entry.get("undone"), of.get("undone")) if end is not None]
        if any(end < at for end in ends):
            return  # happened when its payment was no longer here
        found.append((at, rank, entry["id"], what, entry))
        if ends:
            found.append((min(ends), UNDOING, entry["id"], f"undo {what}", entry))

    for entry in payments.values():
        add(entry, MONEY_IN, "payment")
    for entry in life.get("closings", []):
        add(entry, MONEY_IN, "closing")
    for entry in life.get("moves", []):
        came = entry["amount"] > 0
        add(entry, MONEY_IN if came else UNDOING, "payment" if came else "move")
    for entry in life.get("refunds", []):
        if not entry.get("failed"):
            add(entry, REFUND, "refund")
    for entry in life.get("disputes", []):
        add({**entry, "amount": entry["amount"] - entry.get("back", 0)}, TAKING, "taking")
    return sorted(found, key=lambda step: step[:4])


def says(life: dict[str, Any], until: int | None = None) -> dict[str, Any]:
    """What books and screen must say; after so many steps, or at the end."""
    total = 0 if life.get("cancelled") else life["total"] + sum(life.get("corrections", []))
    received = closed = 0
    given: dict[str, int] = {}
    """refund → what it has forgiven"""
    for _, _, key, what, entry in steps(life)[:until]:
        forgiven = sum(given.values())
        amount = entry["amount"]
        if what == "payment":
            rest = min(total, total - received - closed - forgiven)
            if forgiven > 0 >= received and rest <= 0 and entry.get("undone") is None:
                given = {}  # Erstattet, and money comes again
            received += amount
        elif what == "refund":
            too_much = min(amount, max(0, received + closed - total))
            given[key] = 0 if entry.get("open_again") else amount - too_much
            received -= amount
        elif what in ("closing", "undo closing"):
            closed += amount if what == "closing" else -amount
        else:
            given.pop(key, None)
            received += amount if what in ("undo refund", "undo taking", "move") else -amount
    forgiven = sum(given.values())
    rest = total - received - closed - forgiven
    answer = {"received": received, "closed": closed, "forgiven": forgiven}
    answer["owed"] = max(0, min(total, rest))
    answer["too_much"] = min(max(0, -rest), max(0, received))
    answer["loss"] = max(0, -received)
    return answer | words(life, total, answer)


def words(life: dict[str, Any], total: int, sums: dict[str, int]) -> dict[str, Any]:
    """The stored status, and what the list shows in its place (None: the status itself)."""
    paid = sums["received"] + sums["closed"]
    status = "paid" if paid >= total else "partially_paid" if paid > 0 else "open"
    if life.get("cancelled"):
        return {"status": "cancelled", "shown": None}
    shown = "Erstattet" if sums["received"] <= 0 else "Bezahlt, erstattet"
    return {"status": status, "shown": None if sums["owed"] or not sums["forgiven"] else shown}
