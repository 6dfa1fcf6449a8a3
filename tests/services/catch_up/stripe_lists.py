"""An office whose events come or not, and the lists of Stripe that it is compared with."""

import copy
import threading
from typing import Any

from tests.factories import encoded
from tests.services.catch_up.absence import Absence
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.gateways.stripe.webhook import parse
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.catch_up.comparison import Comparison


class Lists:
    """An office whose events come or not, and what Stripe's lists hold."""

    def __init__(self, absence: Absence) -> None:
        self.at = absence
        self.office = absence.office
        self.at.later(hours=2)

    def invoice(self, total_minor: int) -> str:
        [made] = self.at.invoices(1, total_minor)
        return made

    def hold(self, *objects: dict[str, Any]) -> None:
        """Stripe's lists hold these now."""
        ledger = self.at.stripe._ledger
        with self.at.stripe.locked():
            for one in objects:
                kept = copy.deepcopy(one) | {"livemode": False}
                kept["metadata"] = {**kept.get("metadata", {})}
                if kept["object"] == "charge" and kept.get("metadata"):
                    kept["metadata"]["workmate_instance"] = self.office.instance_id
                ledger.objects[kept["id"]] = kept
                for name in ("balance_transaction", "failure_balance_transaction"):
                    key = kept.get(name)
                    if key and key not in ledger.objects:
                        ledger.add("balance_transaction", "txn", False, source=kept["id"])
                        ledger.objects[key] = ledger.objects.popitem()[1] | {"id": key}

    def compare(self) -> None:
        """A day passes, and it is compared."""
        self.at.later(days=1, minutes=1)
        self._comparison().compare(threading.Event())

    def _comparison(self) -> Comparison:
        office = self.office
        return Comparison(
            office.writer,
            office.database,
            office.receive,
            self.at.clock,
            self.at.api,
            lambda: office.keys,
            office.instance_id,
            Threads(),
        )

    def fees(self) -> None:
        """The fees of new payments are fetched."""
        self._comparison().fetch_fees(threading.Event())

    def tell(self, event: dict[str, Any]) -> None:
        parsed = parse(encoded(event), self.at.clock.now())
        assert self.office.receive.event(parsed, Source.WEBHOOK).result(PATIENCE) == 200

    def state(self, invoice: str) -> tuple[str, int, int, int]:
        row = self.office.books.invoice_row(invoice)
        assert row is not None
        return row.status.value, row.paid_minor, row.refunded_minor, row.charged_back_minor


def charge_of(made: dict[str, Any], invoice: str, **fields: Any) -> dict[str, Any]:
    """The charge that paid the intent of a life's first event."""
    intent = made["events"][0]["data"]["object"]
    return {
        "id": intent["latest_charge"],
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount_received"],
        "amount_refunded": 0,
        "captured": True,
        "paid": True,
        "status": "succeeded",
        "currency": "eur",
        "created": made["events"][0]["created"],
        "payment_intent": intent["id"],
        "metadata": {"invoice_id": invoice},
        "payment_method_details": {"type": "card"},
        "balance_transaction": None,
        **fields,
    }


def objects_of(made: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The newest state of each refund or dispute of a life."""
    newest = {}
    for event in made["events"]:
        if event["data"]["object"]["object"] == kind:
            newest[event["data"]["object"]["id"]] = event["data"]["object"]
    return list(newest.values())
