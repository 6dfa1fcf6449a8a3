"""**Mit Stripe bezahlen**: one payment link per invoice, over exactly what is owed.

The link follows the invoice. Once it asks for another amount than is owed it must be switched
off; only then is a new one made. Money that comes by an old link all the same (its page was
open) is booked like any other: services/booking/book.py, Überzahlt.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import Action
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.payments.links import (
    LIVE_STATES,
    LONGEST_RUN,
    CloseReason,
    LinkState,
    Offer,
    OfferState,
    PaymentLink,
)
from workmate_desktop.domain.payments.pay_address import PayHosts
from workmate_desktop.domain.stripe import amounts as stripe_amounts
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.waiting import Lock, Signal
from workmate_desktop.gateways.stripe.api import ApiFactory
from workmate_desktop.gateways.stripe.links import request_for
from workmate_desktop.services.pay_links.link_calls import LinkCalls, close_in_books, new_key
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.database.ids import new_id
from workmate_desktop.store.invoices import list as invoice_list
from workmate_desktop.store.payments import links as payment_links
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.stripe")

_ROUNDS = 8
"""Of closing, making and looking again; each round leaves less to do."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done next: switch these off, or else use or make this one."""

    close: tuple[PaymentLink, ...]
    row: PaymentLink | None = None
    fresh: bool = False
    number: str | None = None


class _Lock:
    """A lock alone cannot be referred to weakly."""

    def __init__(self, lock: Lock) -> None:
        self.lock = lock


class Pay:
    """Makes, finds and closes payment links.

    `keys` and `account` (its id, None while unknown) are asked anew for every call. `actor` is
    the login name of the person here. `inactive_message` is what the customer reads on a link
    that is switched off. A `demo` has no Stripe at all; `this_pc`: Stripe's API is on this PC.
    """

    def __init__(
        self,
        writer: Writer,
        database: Database,
        clock: Clock,
        api: ApiFactory,
        keys: Callable[[], StripeKeys | None],
        account: Callable[[], str | None],
        instance_id: str,
        actor: str,
        inactive_message: str,
        *,
        demo: bool = False,
        this_pc: bool = False,
    ) -> None:
        self._writer = writer
        self._database = database
        self._clock = clock
        self._keys = keys
        self._account = account
        self._instance_id = instance_id
        self._actor = actor
        self._inactive_message = inactive_message
        self._demo = demo
        self._hosts = PayHosts(this_pc=this_pc)
        self._calls = LinkCalls(writer, clock, database.waiting, api, keys, account)
        self._stopping = database.waiting.signal()
        self._locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()
        self._locks_lock = database.waiting.lock()

    # --- at once -------------------------------------------------------------------------

    @property
    def hosts(self) -> PayHosts:
        """Where a customer may be sent to pay, as far as it is known by now."""
        return self._hosts

    def offer(self, invoice_id: str) -> Offer:
        """What the panel shows. Reads a few rows."""
        with self._database.snapshot() as connection:
            invoice = invoice_list.invoice_row(connection, invoice_id)
            links = payment_links.links_of(connection, invoice_id)
        closing = next((one for one in links if one.state is LinkState.DEACTIVATING), None)
        link = links[0] if links and links[0].state in LIVE_STATES else None
        if invoice is None or not invoice.outstanding_minor:
            left = closing or (link if link and link.state is LinkState.ACTIVE else None)
            if left is not None:
                return Offer(OfferState.CLOSING, trouble=left.trouble)
            return Offer(OfferState.NOT_OFFERED)
        if self._is_running(invoice):
            return Offer(OfferState.RUNNING, since=invoice.running_since)
        if link is not None and link.amount_minor == invoice.outstanding_minor:
            if link.state is LinkState.ACTIVE:
                return Offer(OfferState.READY, link.url, link.active_at)
            return Offer(OfferState.UNCONFIRMED, trouble=link.trouble)
        if closing is not None or (link is not None and link.state is LinkState.ACTIVE):
            return Offer(OfferState.CLOSING, trouble=closing.trouble if closing else None)
        return Offer(OfferState.NONE)

    def note_sent(self, invoice_id: str, channel: str) -> Future[None]:
        """A line in the Verlauf: the link was handed over by `channel` (mail, copy)."""

        def job(t: Transaction) -> None:
            invoice = t.invoices.get(invoice_id)
            if invoice is not None:
                t.history.add(
                    invoice_id,
                    Action.LINK_SENT,
                    self._actor,
                    livemode=invoice.row.livemode,
                    channel=channel,
                )

        return self._writer.submit(job)

    def stop(self) -> None:
        """Give up what is being asked of Stripe now, and all that would be asked later."""
        self._stopping.set()

    # --- background ----------------------------------------------------------------------

    def link(self, invoice_id: str, cancelled: Signal | None = None) -> PaymentLink:
        """The one usable link of the invoice over what is owed; made if there is none.

        Its address is one that `hosts` lets through. Raises UserError before any call:
        invoice_gone, pay_demo, pay_not_owed, pay_running, pay_no_key, pay_wrong_mode,
        pay_below_minimum and pay_above_maximum (limit_minor, currency). Later: StripeRefused,
        pay_busy (Stripe still works on the last request), pay_other_account, pay_unsettled (the
        invoice changed all the time), pay_address_wrong, pay_address_foreign (see
        domain.pay_address), or what the database says.
        """
        cancelled = cancelled or self._stopping
        asked: set[str] = set()
        with self._locked(invoice_id):
            for _ in range(_ROUNDS):
                plan = self._writer.submit(lambda t: self._plan(t, invoice_id)).result()
                for old in plan.close:
                    self._calls.close(old, cancelled)
                row = plan.row
                if row is None:
                    continue
                if row.state is LinkState.CREATING:
                    logger.info("[Stripe] Creating Payment Link for Invoice %s", plan.number)
                    self._calls.make(row, self._actor, cancelled, fresh=plan.fresh)
                    asked.add(row.id)
                    continue
                found = row if row.id in asked else self._calls.looked_at(row, cancelled)
                if found is not None:
                    return self._checked(found, cancelled)
                self._found_closed(row.id)
        raise UserError("pay_unsettled")

    def close_due(self, cancelled: Signal, skip: Collection[str] = ()) -> Mapping[str, UserError]:
        """Switch off every link that must not be paid any more, but those in `skip`.

        Returns what hindered it, by id of the link. Ends early when Stripe as a whole cannot be
        asked (`concerns_all`). Raises what the database says.
        """
        with self._database.reader() as connection:
            due = payment_links.to_close(connection, self._clock.now())
        failed: dict[str, UserError] = {}
        for link_id in due:
            if link_id in skip:
                continue
            try:
                self._close_one(link_id, cancelled)
            except UserError as error:
                failed[link_id] = error
                if concerns_all(error):
                    break
        return failed

    # --- how -----------------------------------------------------------------------------

    def _plan(self, t: Transaction, invoice_id: str) -> _Plan:
        """Everything that can be decided without Stripe, in one transaction."""
        invoice = t.invoices.get(invoice_id)
        if invoice is None:
            raise UserError("invoice_gone")
        self._check(invoice.row)
        live = t.payment_links.live(invoice_id)
        if live is not None:
            reason = t.payment_links.reason_to_close(live.id)
            if reason is not None:
                t.payment_links.must_close(live.id, reason)
                live = None
        closing = tuple(t.payment_links.closing(invoice_id))
        if closing:
            return _Plan(closing)
        number = invoice.row.number
        if live is not None:
            return _Plan((), live, number=number)
        return _Plan((), self._reserve(t, invoice.row), fresh=True, number=number)

    def _reserve(self, t: Transaction, invoice: InvoiceRow) -> PaymentLink:
        link_id = new_id(self._clock.now())
        return t.payment_links.reserve(
            link_id,
            invoice.id,
            idempotency_key=new_key(),
            livemode=invoice.livemode,
            account=self._account(),
            amount_minor=invoice.outstanding_minor,
            currency=invoice.currency,
            request=request_for(
                link_id,
                invoice_id=invoice.id,
                invoice_number=invoice.number or "",
                instance=self._instance_id,
                amount_minor=invoice.outstanding_minor,
                currency=invoice.currency,
                inactive_message=self._inactive_message,
            ),
        )

    def _checked(self, row: PaymentLink, cancelled: Signal) -> PaymentLink:
        """Only where the host is not Stripe's, Stripe is asked for the account's own domain."""
        try:
            return replace(row, url=self._hosts.checked(row.url))
        except UserError as refused:
            if refused.code != "pay_address_foreign":
                raise
        self._hosts = replace(self._hosts, own=self._calls.own_domain(cancelled))
        return replace(row, url=self._hosts.checked(row.url))

    def _check(self, invoice: InvoiceRow) -> None:
        if not invoice.outstanding_minor:
            raise UserError("pay_not_owed")
        if self._demo:
            raise UserError("pay_demo")
        if self._is_running(invoice):
            raise UserError("pay_running")
        keys = self._keys()
        if keys is None or not keys.secret:
            raise UserError("pay_no_key")
        if keys.livemode is not invoice.livemode:
            raise UserError("pay_wrong_mode")
        amount, currency = invoice.outstanding_minor, invoice.currency
        least = stripe_amounts.minimum(currency)
        if amount < least:
            raise UserError("pay_below_minimum", limit_minor=least, currency=currency)
        if amount > stripe_amounts.MAXIMUM:
            raise UserError(
                "pay_above_maximum", limit_minor=stripe_amounts.MAXIMUM, currency=currency
            )

    def _is_running(self, invoice: InvoiceRow) -> bool:
        since = invoice.running_since
        return since is not None and since >= self._clock.now() - LONGEST_RUN

    def _found_closed(self, link_id: str) -> None:
        outside = CloseReason.OUTSIDE
        self._writer.submit(lambda t: close_in_books(t, link_id, outside)).result()

    def _close_one(self, link_id: str, cancelled: Signal) -> None:
        with self._database.reader() as connection:
            found = payment_links.link(connection, link_id)
        if found is None:
            return
        with self._locked(found.invoice_id or found.id):
            row = self._writer.submit(lambda t: _to_close(t, link_id)).result()
            if row is not None:
                self._calls.close(row, cancelled)

    @contextmanager
    def _locked(self, invoice_id: str) -> Iterator[None]:
        """One at a time for each invoice: a second click waits for the first one's link."""
        with self._locks_lock:
            lock = self._locks.setdefault(invoice_id, _Lock(self._database.waiting.lock()))
        with lock.lock:
            yield


def concerns_all(error: UserError) -> bool:
    """The next link would fail for the same reason."""
    if isinstance(error, StripeRefused):
        return error.kind is not StripeRefusal.OTHER
    return not error.code.startswith("pay_") or error.code == "pay_no_key"


def _to_close(t: Transaction, link_id: str) -> PaymentLink | None:
    """The link if it must be switched off still, now written down as such."""
    row = t.payment_links.get(link_id)
    if row is None or row.state in (LinkState.INACTIVE, LinkState.REFUSED):
        return None
    if row.state is not LinkState.DEACTIVATING:
        reason = t.payment_links.reason_to_close(link_id)
        if reason is None:
            return None
        t.payment_links.must_close(link_id, reason)
    return t.payment_links.get(link_id)
