"""An office with keys, a keyring, an EndpointKeeper, and the stand-in for Stripe."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.factories import OfficeBooks, encoded, make_books
from tests.services.catch_up.absence import KEYS, OfficeClock
from tests.standins.signing import signature_header
from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from tests.standins.stripe_http import Fault
from tests.standins.stripe_routes import Asked
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.secrets import KeychainProblem, KeychainUnavailable
from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets
from workmate_desktop.gateways.stripe.api import StripeApi
from workmate_desktop.services.connection.endpoint import EndpointKeeper
from workmate_desktop.services.connection.stripe_setup import GivenKeys, StripeSetup

PUBLIC = "https://office.ngrok-free.dev"


class Secrets(MemorySecrets):
    """A keyring that can be locked."""

    locked = False

    def set(self, name: str, value: str) -> None:
        if self.locked:
            raise KeychainUnavailable(KeychainProblem.LOCKED)
        super().set(name, value)


class Rig:
    """An office with keys, and the stand-in."""

    def __init__(self, data_dir: Path, stripe: StripeStandIn, clock: OfficeClock) -> None:
        self.stripe = stripe
        self.clock = clock
        self.office: OfficeBooks = make_books(data_dir, self.clock, KEYS)
        self.secrets = Secrets()
        self.setup = self.new_setup()
        self.setup.save(PUBLISHABLE_KEY, SECRET_KEY, None)
        self.keeper = self.new_keeper()

    def new_setup(self, given: GivenKeys | None = None) -> StripeSetup:
        """As after a new start: only what was kept is known."""
        setup = StripeSetup(
            self.office.writer,
            self.office.database,
            self.office.announcer,
            keychain=self.secrets,
            secret_file=self.secrets,
            given=given or GivenKeys(),
            ask_account=lambda _key, _cancelled: AccountInfo("acct_1", "Büro", False),
            clock=self.clock,
        )
        setup.load()
        return setup

    def new_keeper(self, setup: StripeSetup | None = None) -> EndpointKeeper:
        return EndpointKeeper(
            self.office.writer,
            self.office.database,
            setup or self.setup,
            self.clock,
            self.api,
            self.office.instance_id,
        )

    def api(self, key: str, cancelled: Signal) -> StripeApi:
        return StripeApi(key, api_base=self.stripe.url, cancelled=cancelled)

    def restart(self) -> None:
        self.setup = self.new_setup()
        self.keeper = self.new_keeper()

    def use_key(self, key: str) -> None:
        mode = "live" if "_live_" in key else "test"
        self.setup.save(PUBLISHABLE_KEY.replace("test", mode), key, None)

    def at_stripe(self, key: str = SECRET_KEY) -> list[dict[str, Any]]:
        """All endpoints, newest first."""
        _, found = self.stripe.answer("GET", "/v1/webhook_endpoints", "limit=100", key, None)
        return list(found["data"])

    def others(self, count: int, **metadata: str) -> None:
        """Endpoints that someone else has made."""
        for number in range(count):
            form = {
                "url": f"https://other{number}.example/hook",
                "enabled_events[0]": "charge.succeeded",
                **{f"metadata[{name}]": value for name, value in metadata.items()},
            }
            status, _ = self.stripe.answer(
                "POST", "/v1/webhook_endpoints", urlencode(form), SECRET_KEY, None
            )
            assert status == 200

    def receives(self, event: dict[str, Any], public: str = PUBLIC) -> list[object]:
        """What the program says to Stripe's deliveries of `event` to our address."""
        answers: list[object] = []
        for endpoint in self.at_stripe():
            if endpoint["url"] == public + WEBHOOK_PATH:
                answers.append(self._delivered(event, endpoint["id"]))
        return answers

    def _delivered(self, event: dict[str, Any], endpoint_id: str) -> object:
        body = encoded(event)
        secrets = self.stripe._account.secrets_of(endpoint_id)
        self.office.keys = self.setup.keys
        header = signature_header(body, secrets[0], self.stripe.now(), *secrets[1:])
        answer = self.office.receive.delivery(body, header)
        return answer if isinstance(answer, int) else answer.result(PATIENCE)

    def lose_answers_to_posts(self, lose: bool = True) -> None:
        """What is posted is carried out, but the connection breaks before the answer."""

        def fault(asked: Asked) -> Fault | None:
            return Fault.RESET_AFTER if lose and asked.method == "POST" else None

        self.stripe.next_fault = fault  # type: ignore[method-assign]

    def notices(self) -> list[str]:
        self.office.settled()
        return [kind for (kind,) in self.office.rows("SELECT kind FROM notices")]


def code_of(call: Any, *args: Any, **how: Any) -> str:
    with pytest.raises(UserError) as error:
        call(*args, **how)
    return error.value.code
