"""What happens at Stripe: customers pay by links or otherwise, banks take back, the office clicks
in the Dashboard.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.faults.money_at_stripe import AMOUNTS
from tests.faults.money_office import Step
from tests.simulator.staff import Staff
from tests.simulator.world import World
from tests.standins.stripe_api import SECRET_KEY
from tests.standins.stripe_checkout import CheckoutPage, Declined, LinkInactive
from tests.standins.stripe_dashboard import Dashboard

OFTEN = {
    "pay_by_link": 8,
    "open_page": 2,
    "pay_on_page": 3,
    "settle": 2,
    "paid": 4,
    "declined": 1,
    "paid_without_invoice": 1,
    "paid_for_others": 1,
    "hold_captured": 1,
    "refunded": 3,
    "refund_failed": 1,
    "disputed": 1,
    "dispute_decided": 1,
    "link_off": 1,
}
"""What happens, and how often compared with the rest."""


@dataclass
class Taken:
    """A dispute: what the bank took, and has given back."""

    intent: str
    amount: int
    back: int | None = None
    """None while it is not decided."""


class Customers:
    """Everyone who does something at Stripe, but the program."""

    def __init__(self, world: World, staff: Staff) -> None:
        self.world = world
        self.staff = staff
        self.account = world.stripe.account
        self.desk = Dashboard(self.account)
        self.pages: list[CheckoutPage] = []
        self.settling: list[CheckoutPage] = []
        self.disputes: dict[str, Taken] = {}
        self.forgotten: set[str] = set()
        """Payment intents of test data that staff deleted: they may not come back."""
        self.releases: set[str] = set()
        """What a hold did not take: Stripe lists it as a refund."""
        self.instance = ""
        self.chance = random.Random(0)

    def do(self, step: Step) -> None:
        """Let it happen, if there is anything for it."""
        self.chance = random.Random(step.seed)
        text = getattr(self, "_" + step.what)()
        self.world.tell(f"at Stripe: {step.what}: {text or 'nothing to do'}")

    # --- what is there -----------------------------------------------------------------------

    def intents(self) -> list[dict[str, Any]]:
        """Payment intents that were paid."""
        objects = list(self.account.account.objects.values())
        return [
            one
            for one in objects
            if one["object"] == "payment_intent" and one["status"] == "succeeded"
        ]

    def back(self, intent: dict[str, Any]) -> int:
        """What of it went back for good."""
        refunds = [
            one["amount"]
            for one in self.refunds()
            if one["payment_intent"] == intent["id"]
            and one["status"] not in ("failed", "canceled")
            and one["id"] not in self.releases
        ]
        taken = [one for one in self.disputes.values() if one.intent == intent["id"]]
        return sum(refunds) + sum(one.amount - (one.back or 0) for one in taken)

    def refunds(self) -> list[dict[str, Any]]:
        """All there are at Stripe."""
        objects = self.account.account.objects.values()
        return [one for one in objects if one["object"] == "refund"]

    def _free(self) -> list[dict[str, Any]]:
        disputed = {one.intent for one in self.disputes.values()}
        return [one for one in self.intents() if one["id"] not in disputed]

    def forget(self) -> None:
        """Staff deleted everything until now: it may not come back."""
        objects = self.account.account.objects.values()
        self.forgotten |= {one["id"] for one in objects if one["object"] == "payment_intent"}
        self.pages.clear()
        self.settling.clear()

    # --- payments ----------------------------------------------------------------------------

    def _pay(self, act: Callable[[], None], what: str) -> str:
        try:
            act()
        except Declined:
            return f"{what}, declined"
        except LinkInactive:
            return "the link is off"
        return what

    def _open(self) -> CheckoutPage | None:
        links = self.account.usable_links()
        if not links:
            return None
        try:
            return self.account.open_link(self.chance.choice(links)["url"])
        except LinkInactive:
            return None

    def _pay_by_link(self) -> str:
        page = self._open()
        return self._on(page) if page is not None else ""

    def _open_page(self) -> str:
        page = self._open()
        if page is None:
            return ""
        self.pages.append(page)
        return f"a page over {page.amount}"

    def _pay_on_page(self) -> str:
        if not self.pages:
            return ""
        return self._on(self.pages.pop(self.chance.randrange(len(self.pages))))

    def _on(self, page: CheckoutPage) -> str:
        how = self.chance.choice(["card", "card", "card", "declined", "klarna", "sepa"])
        told = f"{page.title}, {page.amount} by {how}"
        if how == "sepa":
            told = self._pay(page.pay_by_sepa, told)
            if page.intent is not None and page.intent["status"] == "processing":
                self.settling.append(page)
            return told
        if how == "klarna":
            return self._pay(lambda: page.pay_by("klarna"), told)
        if how == "declined":
            self._pay(lambda: page.pay("4000000000000002"), told)
        return self._pay(lambda: page.pay("4242424242424242"), told)

    def _settle(self) -> str:
        if not self.settling:
            return ""
        page = self.settling.pop(self.chance.randrange(len(self.settling)))
        paid = self.chance.random() < 0.7
        page.settle(paid=paid)
        return f"{page.title}: {'paid' if paid else 'returned'}"

    def _intent(self, amount: int, metadata: dict[str, str], **more: str) -> str:
        form = {
            "amount": amount,
            "currency": "eur",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            **{f"metadata[{key}]": value for key, value in metadata.items()},
            **more,
        }
        status, made = self.account.answer(
            "POST", "/v1/payment_intents", urlencode(form), SECRET_KEY, None
        )
        assert status in (200, 402), made
        return str(made["id"]) if status == 200 else ""

    def _ours(self) -> dict[str, str]:
        return self.ours(self.chance)

    def ours(self, chance: random.Random) -> dict[str, str]:
        """The marks of a payment for one of the invoices."""
        invoice = chance.choice(self.staff.invoices)
        return {"invoice_id": invoice, "workmate_instance": self.instance}

    def _paid(self) -> str:
        if not self.staff.invoices:
            return ""
        amount = self.chance.choice(AMOUNTS)
        return f"{amount}, {self._intent(amount, self._ours())}"

    def _declined(self) -> str:
        if not self.staff.invoices:
            return ""
        self._intent(5000, self._ours(), payment_method="pm_card_chargeDeclined")
        return "5000"

    def _paid_without_invoice(self) -> str:
        mark = {"workmate_instance": self.instance}
        return self._intent(self.chance.choice(AMOUNTS), mark)

    def _paid_for_others(self) -> str:
        return self._intent(self.chance.choice(AMOUNTS), {"order": "7"})

    def _hold_captured(self) -> str:
        if not self.staff.invoices:
            return ""
        intent = self._intent(10000, self._ours(), capture_method="manual")
        amount = self.chance.choice([10000, 6000])
        self.desk.capture(intent, amount)
        self.releases |= {one["id"] for one in self.refunds() if one["payment_intent"] == intent}
        return f"{amount} of 10000, {intent}"

    # --- back --------------------------------------------------------------------------------

    def _refunded(self) -> str:
        left = [(one, one["amount_received"] - self.back(one)) for one in self._free()]
        left = [(one, rest) for one, rest in left if rest > 0]
        if not left:
            return ""
        intent, rest = self.chance.choice(left)
        amount = self.chance.choice([rest, max(1, rest // 2), min(rest, 3000)])
        return f"{amount} of {intent['id']}, {self.desk.refund(intent['id'], amount)}"

    def _refund_failed(self) -> str:
        free = {one["id"] for one in self._free()}
        refunds = [
            one["id"]
            for one in self.refunds()
            if one["status"] == "succeeded"
            and one["payment_intent"] in free
            and one["id"] not in self.releases
        ]
        if not refunds:
            return ""
        chosen: str = self.chance.choice(refunds)
        self.desk.fail_refund(chosen)
        return chosen

    def _disputed(self) -> str:
        free = [one for one in self._free() if one["amount_received"] > self.back(one)]
        if not free:
            return ""
        intent = self.chance.choice(free)
        amount = intent["amount_received"] - self.back(intent)
        made = self.desk.dispute(intent["id"], amount=amount)
        self.disputes[made] = Taken(intent["id"], amount)
        return f"{amount} of {intent['id']}"

    def _dispute_decided(self) -> str:
        open_ones = [key for key, one in self.disputes.items() if one.back is None]
        if not open_ones:
            return ""
        key = self.chance.choice(open_ones)
        won = self.chance.random() < 0.5
        taken = self.disputes[key]
        taken.back = taken.amount if won else 0
        self.desk.close_dispute(key, won=won, back=taken.back if won else None)
        return f"{key} {'won' if won else 'lost'}"

    def _link_off(self) -> str:
        links = self.account.usable_links()
        if not links:
            return ""
        self.account.switch_off(self.chance.choice(links)["url"])
        return "somebody switched a link off"
