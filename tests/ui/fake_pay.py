"""Paying by Stripe, faked for views."""

from concurrent.futures import Future
from dataclasses import dataclass, field

from tests.ui.fakes import NOW
from workmate_desktop.domain.payments.links import LinkState, Offer, OfferState, PaymentLink
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.services.pay_links.pay import Pay


@dataclass
class FakePay(Pay):
    """Offers by invoice; `fail_with` is what asking raises."""

    offers: dict[str, Offer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    fail_with: Exception | None = None
    url: str | None = None
    """The address of every link, instead of one of Stripe's."""

    def offer(self, invoice_id: str) -> Offer:
        return self.offers.get(invoice_id, Offer(OfferState.NONE))

    def link(self, invoice_id: str, cancelled: Signal | None = None) -> PaymentLink:
        self.asked.append(invoice_id)
        if self.fail_with is not None:
            raise self.fail_with
        url = self.url if self.url is not None else f"https://buy.stripe.com/test_{invoice_id}"
        self.offers[invoice_id] = Offer(OfferState.READY, url, NOW)
        return PaymentLink(
            f"link-{invoice_id}",
            invoice_id,
            "key",
            f"plink_{invoice_id}",
            url,
            True,
            None,
            47600,
            "eur",
            LinkState.ACTIVE,
            "{}",
            NOW,
            NOW,
            NOW,
        )

    def note_sent(self, invoice_id: str, channel: str) -> "Future[None]":
        self.sent.append((invoice_id, channel))
        done: Future[None] = Future()
        done.set_result(None)
        return done
