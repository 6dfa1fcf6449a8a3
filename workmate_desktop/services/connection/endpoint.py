"""The webhook endpoint at Stripe, looked after by the program: **Webhook automatisch einrichten**.

Stripe tells an endpoint's signing secret once, when it is created. So: create → keep the secret
→ only then anything else. Whatever is lost on the way (an answer, this program) leaves at worst
an endpoint of ours whose secret nobody knows; it is recognised by its metadata and replaced at
the next run. Endpoints that this installation did not make are never touched.
"""

import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import SUBSCRIBED_TYPES
from workmate_desktop.domain.stripe.keys import livemode_of
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.stripe.api import ApiFactory
from workmate_desktop.gateways.stripe.endpoints import (
    MOST_ENDPOINTS,
    StripeEndpoints,
    WebhookEndpoint,
)
from workmate_desktop.services.connection.stripe_setup import StripeSetup, fingerprint
from workmate_desktop.store.common.settings import setting
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.endpoint")

_KEY = {False: "stripe.endpoint.test", True: "stripe.endpoint.live"}
_IN_FLIGHT = timedelta(hours=1)
"""After a renewal the old secret stays valid for so long: deliveries may be on their way."""


@dataclass(frozen=True, slots=True)
class EndpointState:
    """Our endpoint at Stripe, as Stripe said just now.

    `enabled` False: Stripe has switched it off after days of failures; `enable` switches it on.
    `address_right`: it posts to the address that was asked for; `events_right`: it listens to
    exactly our events. `seen_at` is when Stripe said so (UTC).
    `secret_known` False: every delivery fails its signature; `ensure` replaces it.
    `strays_removed` counts endpoints of ours that were left over and are gone now.
    """

    id: str
    url: str
    enabled: bool
    address_right: bool = True
    events_right: bool = True
    secret_known: bool = True
    strays_removed: int = 0
    created: bool = False
    updated: bool = False
    seen_at: datetime | None = None

    @property
    def complete(self) -> bool:
        """It posts exactly our events to the right address."""
        return self.address_right and self.events_right


def webhook_url(public_url: str) -> str:
    """The address Stripe posts to. Raises UserError endpoint_address unless it is https."""
    parts = urlsplit(public_url.strip())
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise UserError("endpoint_address")
    return f"https://{parts.netloc}{WEBHOOK_PATH}"


class EndpointKeeper:
    """Every method blocks for as long as Stripe and the keyring take: for the background.

    All raise StripeRefused (a restricted key names the missing right) and UserError
    endpoint_no_key (no secret key), or what the keyring or the database say.
    """

    def __init__(
        self,
        writer: Writer,
        database: Database,
        setup: StripeSetup,
        clock: Clock,
        api: ApiFactory,
        instance_id: str,
    ) -> None:
        self._writer = writer
        self._database = database
        self._setup = setup
        self._clock = clock
        self._api = api
        self._instance_id = instance_id
        self._waiting = database.waiting
        self._lock = self._waiting.lock()

    def look(
        self, public_url: str | None = None, cancelled: Signal | None = None
    ) -> EndpointState | None:
        """How our endpoint is, changing nothing; None when there is none.

        `public_url` None compares no address.
        """
        mine = self._mine(self._endpoints(cancelled).all())
        if not mine:
            return None
        known = self._known()
        here = next((one for one in mine if known and one.id == known[0]), mine[0])
        url = webhook_url(public_url) if public_url else here.url
        self._tell_if_disabled(here)
        return EndpointState(
            here.id,
            here.url,
            here.enabled,
            address_right=here.url == url,
            events_right=here.events == frozenset(SUBSCRIBED_TYPES),
            secret_known=self._secret_of(here.id) is not None,
            seen_at=self._clock.now(),
        )

    def ensure(
        self,
        public_url: str,
        cancelled: Signal | None = None,
        *,
        renew: bool = False,
    ) -> EndpointState:
        """See to it that Stripe posts to `public_url` and that its secret is known here.

        `renew` replaces the endpoint and so its secret; the old secret stays valid for an hour.
        A disabled endpoint is reported, not enabled. Raises UserError endpoint_address,
        endpoint_limit, endpoint_secret_from_environment.
        """
        url = webhook_url(public_url)
        if "webhook_secret" in self._setup.from_environment:
            raise UserError("endpoint_secret_from_environment")
        with self._lock:
            stripe = self._endpoints(cancelled)
            everything = stripe.all()
            mine = self._mine(everything)
            old_secret = self._known()
            good = None if renew else self._with_known_secret(mine)
            updated = False
            if good is None:
                here = self._create(
                    stripe, url, len(everything), mine, old_secret[1] if old_secret else None
                )
            else:
                here = good
                if good.url != url or good.events != frozenset(SUBSCRIBED_TYPES):
                    here = stripe.change(good.id, url=url, enabled_events=list(SUBSCRIBED_TYPES))
                    updated = True
                    logger.info("[Stripe] Webhook endpoint %s follows the address", here.id)
            strays = [one for one in mine if one.id != here.id]
            for stray in strays:
                stripe.delete(stray.id)
                logger.info("[Stripe] Webhook endpoint %s was left over and is removed", stray.id)
        self._tell_if_disabled(here)
        return EndpointState(
            here.id,
            here.url,
            here.enabled,
            strays_removed=len(strays),
            created=good is None,
            updated=updated,
            seen_at=self._clock.now(),
        )

    def enable(self, cancelled: Signal | None = None) -> EndpointState:
        """Switch our endpoint on again. Raises UserError endpoint_missing when there is none."""
        with self._lock:
            stripe = self._endpoints(cancelled)
            here = self._with_known_secret(self._mine(stripe.all()))
            if here is None:
                raise UserError("endpoint_missing")
            here = stripe.change(here.id, disabled=False)
            logger.info("[Stripe] Webhook endpoint %s is enabled", here.id)
        return EndpointState(
            here.id, here.url, here.enabled, updated=True, seen_at=self._clock.now()
        )

    # --- how -----------------------------------------------------------------------------

    def _create(
        self,
        stripe: StripeEndpoints,
        url: str,
        in_all: int,
        mine: list[WebhookEndpoint],
        old_secret: str | None,
    ) -> WebhookEndpoint:
        """A new endpoint whose secret is safe when this returns."""
        if in_all >= MOST_ENDPOINTS and mine:
            # Full, and one of them is of no use: nobody knows its secret (or it is renewed).
            stripe.delete(mine.pop().id)
            in_all -= 1
        try:
            made = stripe.create(url, SUBSCRIBED_TYPES, self._instance_id)
        except StripeRefused as refused:
            if refused.kind is StripeRefusal.OTHER and in_all >= MOST_ENDPOINTS:
                raise UserError("endpoint_limit", most=MOST_ENDPOINTS) from refused
            raise
        endpoint = made.endpoint
        record = json.dumps({"id": endpoint.id, "secret": fingerprint(made.secret)})
        key = self._key()

        def also(t: Transaction) -> None:
            t.settings.set(key, record)

        until = datetime.fromtimestamp(self._clock.stripe_now(), UTC) + _IN_FLIGHT
        try:
            self._setup.keep_signing_secret(
                made.secret, retire=(old_secret,) if old_secret else (), until=until, also=also
            )
        except UserError:
            # Not kept, so never to be used. If this fails too, it is a stray for the next run.
            with suppress(StripeRefused):
                stripe.delete(endpoint.id)
            raise
        logger.info("[Stripe] Webhook endpoint %s created", endpoint.id)
        return endpoint

    def _tell_if_disabled(self, here: WebhookEndpoint) -> None:
        if not here.enabled:
            logger.warning("[Stripe] Webhook endpoint %s is disabled", here.id)
            self._writer.submit_later(lambda t: t.notices.begin(NoticeKind.ENDPOINT_DISABLED))

    def _mine(self, endpoints: list[WebhookEndpoint]) -> list[WebhookEndpoint]:
        return [one for one in endpoints if one.instance == self._instance_id]

    def _with_known_secret(self, mine: list[WebhookEndpoint]) -> WebhookEndpoint | None:
        return next((one for one in mine if self._secret_of(one.id) is not None), None)

    def _secret_of(self, endpoint_id: str) -> str | None:
        """The secret in force that was told for this endpoint."""
        known = self._known()
        if known is None or known[0] != endpoint_id:
            return None
        secrets = self._setup.keys.webhook_secrets
        return next((secret for secret in secrets if fingerprint(secret) == known[1]), None)

    def _known(self) -> tuple[str, str] | None:
        """(id, fingerprint of the secret) of the endpoint made last."""
        with self._database.reader() as connection:
            text = setting(connection, self._key())
        try:
            values = json.loads(text or "null")
            return str(values["id"]), str(values["secret"])
        except (ValueError, TypeError, KeyError):
            return None

    def _key(self) -> str:
        return _KEY[livemode_of(self._setup.keys.secret) is True]

    def _endpoints(self, cancelled: Signal | None) -> StripeEndpoints:
        key = self._setup.keys.secret
        if not key:
            raise UserError("endpoint_no_key")
        return StripeEndpoints(self._api(key, cancelled or self._waiting.signal()))
