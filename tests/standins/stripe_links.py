"""Products, prices and payment links of the stand-in: made, read, switched off."""

from typing import Any

from tests.standins.stripe_ledger import Ledger
from tests.standins.stripe_params import flag, whole
from tests.standins.stripe_refusals import invalid, missing
from tests.standins.stripe_routes import Call, Route


class LinkResources:
    """What a payment link is made of. `address` is where the links seem to lead."""

    def __init__(self, ledger: Ledger, address: str) -> None:
        self._ledger = ledger
        self._address = address
        self._items: dict[str, dict[str, Any]] = {}

    def routes(self) -> list[Route]:
        read, write = "rak_payment_links_read", "rak_payment_links_write"
        return [
            Route("POST", "/v1/products", "rak_product_write", self.add_product),
            Route("POST", "/v1/prices", "rak_plan_write", self.add_price),
            Route("GET", "/v1/payment_links", read, self.list),
            Route("POST", "/v1/payment_links", write, self.create),
            Route("GET", "/v1/payment_links/{id}", read, self.retrieve),
            Route("POST", "/v1/payment_links/{id}", write, self.change),
        ]

    def add_product(self, call: Call) -> dict[str, Any]:
        if "name" not in call.params:
            raise missing("name")
        return self._product(call.params, call.livemode)

    def _product(self, data: dict[str, Any], livemode: bool) -> dict[str, Any]:
        return self._ledger.add(
            "product",
            "prod",
            livemode,
            name=data["name"],
            description=data.get("description"),
            default_price=None,
            package_dimensions=None,
        )

    def add_price(self, call: Call) -> dict[str, Any]:
        return self._price(call.params, call.livemode)

    def _price(self, data: dict[str, Any], livemode: bool) -> dict[str, Any]:
        for name in ("currency", "unit_amount"):
            if name not in data:
                raise missing(name)
        if "product" in data:
            product = self._ledger.get("product", data["product"], livemode)
        elif "name" in data.get("product_data", {}):
            product = self._product(data["product_data"], livemode)
        else:
            raise missing("product")
        amount = whole(data, "unit_amount")
        if amount < (50 if data["currency"].lower() in ("eur", "usd") else 1):
            raise invalid("Amount must be at least €0.50 eur", code="amount_too_small")
        return self._ledger.add(
            "price",
            "price",
            livemode,
            currency=data["currency"].lower(),
            unit_amount=amount,
            unit_amount_decimal=str(amount),
            product=product["id"],
            type="one_time",
            recurring=None,
            custom_unit_amount=None,
            transform_quantity=None,
        )

    def list(self, call: Call) -> dict[str, Any]:
        found = self._ledger.all_of("payment_link", call.livemode)
        if "active" in call.params:
            found = [one for one in found if one["active"] is flag(call.params, "active")]
        return self._ledger.page(found, call.params, "/v1/payment_links")

    def create(self, call: Call) -> dict[str, Any]:
        items = call.params.get("line_items")
        if not items:
            raise missing("line_items")
        if len(call.params.get("inactive_message", "")) > 500:
            raise invalid(
                "Invalid string: must be at most 500 characters", param="inactive_message"
            )
        for item in items:
            if "price_data" in item:
                price = self._price(item["price_data"], call.livemode)
            elif "price" in item:
                price = self._ledger.get("price", item["price"], call.livemode)
            else:
                raise missing("line_items[0][price]")
        made = self._ledger.add(
            "payment_link",
            "plink",
            call.livemode,
            active=True,
            currency=price["currency"],
            metadata=call.params.get("metadata", {}),
            payment_intent_data=call.params.get("payment_intent_data"),
            restrictions=_restrictions(call.params),
            inactive_message=call.params.get("inactive_message"),
        )
        named = self._ledger.pay_page
        made["url"] = f"{self._address}/pay/{made['id']}" if named is None else named
        self._items[made["id"]] = {
            "amount": price["unit_amount"],
            "currency": price["currency"],
            "name": self._ledger.get("product", price["product"], call.livemode)["name"],
        }
        return made

    def item_of(self, link_id: str) -> dict[str, Any]:
        """What is paid for on the page: amount, currency, name."""
        return self._items[link_id]

    def retrieve(self, call: Call) -> dict[str, Any]:
        return self._ledger.get("payment_link", call.id, call.livemode)

    def change(self, call: Call) -> dict[str, Any]:
        link = self.retrieve(call)
        if "active" in call.params:
            link["active"] = flag(call.params, "active")
        link["metadata"] |= call.params.get("metadata", {})
        return link


def _restrictions(params: dict[str, Any]) -> dict[str, Any] | None:
    if "restrictions" not in params:
        return None
    limit = whole(params["restrictions"].get("completed_sessions", {}), "limit")
    if limit < 1:
        raise invalid("Invalid positive integer", param="restrictions[completed_sessions][limit]")
    return {"completed_sessions": {"count": 0, "limit": limit}}
