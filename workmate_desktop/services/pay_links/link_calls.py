"""What is asked of Stripe for one row of `payment_links`, and what the row says afterwards.

A lost answer, a kill or a second program never make a second usable link: the row has its
idempotency key before the first call, and whoever finds it in the state `creating` looks at
Stripe first, then repeats the very same request with the very same key. Another key is taken
only when the old one can lead to nothing any more and Stripe shows no link of this row.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import ACTOR_PROGRAM, Action
from workmate_desktop.domain.payments.links import CloseReason, LinkState, PaymentLink
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.waiting import Signal, Waiting
from workmate_desktop.gateways.stripe.api import ApiFactory
from workmate_desktop.gateways.stripe.links import IDEMPOTENCY_ERROR, StripeLink, StripeLinks
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.pay")


_KEY_LIVES = timedelta(hours=23)
"""Stripe may forget a key after 24 hours. https://docs.stripe.com/api/idempotent_requests"""

_KEY_SPENT = frozenset({f"stripe_{StripeRefusal.STRIPE_DOWN.value}", IDEMPOTENCY_ERROR})
"""Troubles after which the old key only repeats the error: Stripe keeps a 500 like any answer."""

_NEVER_CARRIED_OUT = frozenset(
    {StripeRefusal.WRONG_KEY, StripeRefusal.REVOKED, StripeRefusal.NO_RIGHT}
)


LOOK_SECONDS = 3.0
"""For a link that is known already, a look at Stripe is worth so much time."""


class _Within:
    """The signal `other`, which is also set once the time is over."""

    def __init__(self, seconds: float, other: Signal, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._ends = monotonic() + seconds
        self._other = other
        self.set, self.clear = other.set, other.clear

    def is_set(self) -> bool:
        return self._other.is_set() or self._monotonic() > self._ends

    def wait(self, timeout: float | None = None) -> bool:
        left = max(0.0, self._ends - self._monotonic())
        return self._other.wait(left if timeout is None else min(timeout, left)) or self.is_set()


def new_key() -> str:
    """An idempotency key: random, at most 255 characters."""
    return f"workmate-{uuid.uuid4()}"


class LinkCalls:
    """Blocks for as long as Stripe takes: for the background.

    Every method raises UserError pay_no_key, pay_wrong_mode, pay_other_account (the link is of
    an account that the keys do not belong to), StripeRefused, or what the database says.
    """

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        waiting: Waiting,
        api: ApiFactory,
        keys: Callable[[], StripeKeys | None],
        account: Callable[[], str | None],
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._waiting = waiting
        self._api = api
        self._keys = keys
        self._account = account

    def make(self, row: PaymentLink, actor: str, cancelled: Signal, *, fresh: bool) -> None:
        """Have it made. `fresh` tells that nobody has asked for this row before."""
        stripe = self._stripe(row, cancelled)
        key = row.idempotency_key
        if not fresh:
            made = self._left_over(stripe, row)
            if made is not None:
                self._keep(row, made, actor)
                return
            if self._is_spent(row):
                key = new_key()
                self._writer.submit(lambda t: t.payment_links.renew_key(row.id, key)).result()
        try:
            made = stripe.create(row.request, key)
        except StripeRefused as refused:
            if refused.stripe_code == IDEMPOTENCY_ERROR and row.trouble != IDEMPOTENCY_ERROR:
                again = replace(row, trouble=IDEMPOTENCY_ERROR)
                self.make(again, actor, cancelled, fresh=False)
                return
            self._note(row, refused, fresh=fresh)
            if refused.status == 409:
                raise UserError("pay_busy") from refused
            raise
        self._keep(row, made, actor)

    def looked_at(self, row: PaymentLink, cancelled: Signal) -> PaymentLink | None:
        """The link with the address that Stripe names now; None when it takes no payments by it.

        As the books know it when Stripe cannot be asked. Nobody waits for that answer for longer
        than `LOOK_SECONDS`.
        """
        assert row.stripe_link_id is not None
        stripe = self._stripe(row, _Within(LOOK_SECONDS, cancelled, self._waiting.monotonic))
        try:
            found = stripe.get(row.stripe_link_id)
        except StripeRefused as refused:
            if self._is_gone(row, refused):
                return None
            logger.warning("Payment link %s could not be looked at: %s", row.id, refused.code)
            return row
        url = found.url
        if found.active and url is not None and url != row.url:
            # What stands in the books stays: whoever changed it is named by the daily check.
            logger.warning("Payment link %s has another address at Stripe", row.id)
            row = replace(row, url=url)
        return row if found.active else None

    def own_domain(self, cancelled: Signal) -> str | None:
        """The domain of the account's website, asked of Stripe; None where it names none, or the
        key may not read it."""
        keys = self._keys()
        if keys is None or not keys.secret:
            raise UserError("pay_no_key")
        try:
            return self._api(keys.secret, cancelled).account().website
        except StripeRefused as refused:
            if refused.kind is StripeRefusal.NO_RIGHT:
                return None
            raise

    def close(self, row: PaymentLink, cancelled: Signal) -> None:
        """Switch it off, whether or not it was ever known to exist."""
        try:
            stripe = self._stripe(row, cancelled)
            made_id = row.stripe_link_id or self._made_after_all(stripe, row)
            if made_id is None:
                self._writer.submit(
                    lambda t: t.payment_links.closed(row.id, LinkState.REFUSED)
                ).result()
                return
            try:
                stripe.deactivate(made_id)
            except StripeRefused as refused:
                if not self._is_gone(row, refused):
                    raise
        except UserError as trouble:
            if trouble.code not in (row.trouble, "stripe_cancelled"):
                code = trouble.code
                self._writer.submit(lambda t: t.payment_links.note_trouble(row.id, code)).result()
            raise
        logger.info("[Stripe] Payment Link %s deactivated", made_id)
        self._writer.submit(lambda t: close_in_books(t, row.id)).result()

    # --- how -----------------------------------------------------------------------------

    def _made_after_all(self, stripe: StripeLinks, row: PaymentLink) -> str | None:
        """The link of a row whose answer never came, so that it can be switched off."""
        made = self._left_over(stripe, row)
        if made is None and not self._is_spent(row):
            try:
                made = stripe.create(row.request, row.idempotency_key)
            except StripeRefused as refused:
                if refused.stripe_code != IDEMPOTENCY_ERROR and refused.status != 400:
                    raise
        if made is None:
            return None
        self._keep(row, made, ACTOR_PROGRAM)
        return made.id

    def _left_over(self, stripe: StripeLinks, row: PaymentLink) -> StripeLink | None:
        """The link that an earlier attempt has made. Others of this invoice that the books do
        not know (a backup was restored) are switched off."""
        found = stripe.active_like(row.request)
        for stray in found:
            if stray.ref != row.id and not self._is_known(stray):
                stripe.deactivate(stray.id)
                logger.warning("[Stripe] Payment Link %s was left over, deactivated", stray.id)
        return next((one for one in found if one.ref == row.id), None)

    def _is_known(self, link: StripeLink) -> bool:
        return (
            link.ref is not None
            and self._writer.submit(lambda t: t.payment_links.get(link.ref or "")).result()
            is not None
        )

    def _is_spent(self, row: PaymentLink) -> bool:
        age = self._clock.now() - row.keyed_at
        return row.trouble in _KEY_SPENT or not timedelta() <= age <= _KEY_LIVES

    def _keep(self, row: PaymentLink, made: StripeLink, actor: str) -> None:
        def job(t: Transaction) -> None:
            now = t.payment_links.get(row.id)
            if now is None or now.stripe_link_id is not None:
                return  # another program was quicker, with the same key: it is the same link
            t.payment_links.made(row.id, made.id, made.url)
            if now.state is LinkState.CREATING and now.invoice_id is not None:
                t.history.add(
                    now.invoice_id,
                    Action.LINK_CREATED,
                    actor,
                    livemode=now.livemode,
                    amount_minor=now.amount_minor,
                    currency=now.currency,
                )

        self._writer.submit(job).result()

    def _note(self, row: PaymentLink, refused: StripeRefused, *, fresh: bool) -> None:
        """A row that Stripe has certainly not carried out is given up; others wait."""
        never = refused.kind is StripeRefusal.OTHER and refused.status == 400
        if never or (fresh and refused.kind in _NEVER_CARRIED_OUT):
            self._writer.submit(
                lambda t: t.payment_links.closed(row.id, LinkState.REFUSED)
            ).result()
        else:
            code = refused.stripe_code if refused.stripe_code == IDEMPOTENCY_ERROR else refused.code
            self._writer.submit(lambda t: t.payment_links.note_trouble(row.id, code)).result()

    def _is_gone(self, row: PaymentLink, refused: StripeRefused) -> bool:
        """Stripe does not know the link: test data was deleted there. A real link is never
        deleted, so then it belongs to another account."""
        if refused.stripe_code != "resource_missing":
            return False
        if row.livemode:
            raise UserError("pay_other_account") from refused
        return True

    def _stripe(self, row: PaymentLink, cancelled: Signal) -> StripeLinks:
        keys = self._keys()
        if keys is None or not keys.secret:
            raise UserError("pay_no_key")
        if keys.livemode is not row.livemode:
            raise UserError("pay_wrong_mode")
        account = self._account()
        if row.livemode and None not in (account, row.account) and account != row.account:
            raise UserError("pay_other_account")
        return StripeLinks(self._api(keys.secret, cancelled))


def close_in_books(t: Transaction, link_id: str, reason: CloseReason | None = None) -> None:
    """It is switched off at Stripe: the row, and a line in the Verlauf if it ever was usable."""
    row = t.payment_links.get(link_id)
    if row is None or row.state in (LinkState.INACTIVE, LinkState.REFUSED):
        return
    t.payment_links.closed(link_id, LinkState.INACTIVE, reason)
    if row.invoice_id is not None and row.active_at is not None:
        t.history.add(
            row.invoice_id,
            Action.LINK_CLOSED,
            ACTOR_PROGRAM,
            livemode=row.livemode,
            amount_minor=row.amount_minor,
            currency=row.currency,
            reason=row.close_reason or (reason.value if reason else None),
        )
