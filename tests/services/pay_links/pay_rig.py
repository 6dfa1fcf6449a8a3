"""An office that takes payments by links: real books, a real StripeApi, the stand-in."""

import threading
from pathlib import Path
from typing import Any

from tests.factories import OfficeBooks, draft, encoded, make_books
from tests.factories import customer as kept_customer
from tests.services.catch_up.absence import KEYS, OfficeClock
from tests.standins.stripe_api import SECRET_KEY, StripeStandIn
from tests.standins.stripe_checkout import CheckoutPage
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.payments.links import Offer, PaymentLink
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.stripe.api import StripeApi
from workmate_desktop.gateways.stripe.webhook import parse
from workmate_desktop.services.pay_links.pay import Pay
from workmate_desktop.store.payments import links as payment_links

LINKS = "/v1/payment_links"


class Desk:
    """One office and its Stripe. `keys` may be changed; `timeout` bounds each call."""

    def __init__(self, data_dir: Path, stripe: StripeStandIn, clock: OfficeClock) -> None:
        data_dir.mkdir(mode=0o700, exist_ok=True)
        self.stripe = stripe
        self.clock = clock
        self.office: OfficeBooks = make_books(data_dir, clock, KEYS)
        self.keys: StripeKeys | None = KEYS
        self.account: str | None = None
        self.timeout = 20.0
        self.pay = self.new_pay()
        self._customer = kept_customer(self.office)
        stripe.listeners.append(self._deliver)
        self.deliveries = True

    def new_pay(self, **fields: Any) -> Pay:
        """As after a new start, or in another program on the same books."""
        return Pay(
            self.office.writer,
            self.office.database,
            self.clock,
            self.api,
            keys=lambda: self.keys,
            account=lambda: self.account,
            instance_id=self.office.instance_id,
            actor="anna",
            inactive_message="Dieser Link ist nicht mehr gültig.",
            this_pc=True,
            **fields,
        )

    def api(self, key: str, cancelled: Signal) -> StripeApi:
        return StripeApi(key, api_base=self.stripe.url, timeout=self.timeout, cancelled=cancelled)

    def close(self) -> None:
        self.office.close_never_accused()

    def _deliver(self, event: dict[str, Any]) -> None:
        """Stripe tells the office what happened, whatever the type."""
        if self.deliveries:
            self.tell(event)

    def tell(self, event: dict[str, Any]) -> None:
        parsed = parse(encoded(event), self.clock.now())
        assert self.office.receive.event(parsed, Source.WEBHOOK).result(PATIENCE) == 200

    # --- the office ----------------------------------------------------------------------

    def invoice(self, total_minor: int = 11900, **fields: Any) -> str:
        """An issued test invoice."""
        made = draft(self._customer, total_minor=total_minor, **fields)
        return self.office.invoicing.issue(made).result(PATIENCE)

    def row(self, invoice_id: str) -> InvoiceRow:
        found = self.office.books.invoice_row(invoice_id)
        assert found is not None
        return found

    def by_hand(self, invoice_id: str, amount: int) -> str:
        """Staff enter a payment."""
        today = self.clock.today()
        return self.office.invoicing.add_manual_payment(invoice_id, amount, "cash", today).result(
            PATIENCE
        )

    def offer(self, invoice_id: str) -> Offer:
        return self.pay.offer(invoice_id)

    def url(self, invoice_id: str) -> str:
        """Press the button."""
        url = self.pay.link(invoice_id).url
        assert url is not None
        return url

    def links(self, invoice_id: str) -> list[PaymentLink]:
        with self.office.database.reader() as connection:
            return payment_links.links_of(connection, invoice_id)

    def states(self, invoice_id: str) -> list[str]:
        return [link.state.value for link in self.links(invoice_id)]

    def actions(self, invoice_id: str) -> list[str]:
        """The Verlauf, oldest first."""
        return [line.action for line in reversed(self.office.books.history(invoice_id))]

    def close_due(self) -> dict[str, str]:
        """What the keeper does; the codes of what hindered it."""
        failed = self.pay.close_due(threading.Event())
        return {link: error.code for link, error in failed.items()}

    # --- Stripe --------------------------------------------------------------------------

    def usable(self, invoice_id: str) -> list[dict[str, Any]]:
        """The links of the invoice that a customer could pay now."""
        found = self.stripe.usable_links() + self.stripe.usable_links(livemode=True)
        return [one for one in found if one["metadata"]["invoice_id"] == invoice_id]

    def open(self, url: str) -> CheckoutPage:
        return self.stripe.open_link(url)

    def asked(self) -> list[str]:
        """What Stripe was asked for, such as "POST /v1/payment_links"."""
        return [f"{one.method} {one.path}" for one in self.stripe.asked]

    def keys_sent(self) -> list[str]:
        """Idempotency keys of all attempts to make a link."""
        return [
            one.headers["Idempotency-Key"]
            for one in self.stripe.asked
            if (one.method, one.path) == ("POST", LINKS)
        ]

    def revoke(self) -> None:
        self.stripe.keys[SECRET_KEY].revoked = True
