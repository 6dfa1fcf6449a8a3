"""The public address: on and off and remembered, and Stripe's webhook that follows it by itself.

Real books, keyring and EndpointKeeper, the stand-in for Stripe; the tunnel's gateway is a fake.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.gateways.tunnel.tunnel_support import until
from tests.services.connection.endpoint_rig import Rig, Secrets, code_of
from tests.services.connection.test_tunnel import URL, FakeGateway
from tests.standins.stripe_api import LIVE_KEY, PUBLISHABLE_KEY, Key
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE
from workmate_desktop.domain.connection.tunnel import TunnelSight, TunnelStatus
from workmate_desktop.domain.steps import StepName
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.gateways.stripe.webhook import warm_up
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.connection.public_address import GivenTunnel, PublicAddress
from workmate_desktop.services.connection.tunnel import Tunnel
from workmate_desktop.services.steps import Steps
from workmate_desktop.store.common.settings import setting

MOVED = "https://moved.ngrok-free.dev"
RESTRICTED = "rk_test_StandIn0000000000007777"
TOKEN = "2kTokenOfTheOffice_0123456789abcdef"


class Desk:
    """One running PublicAddress; `restart` is a new start of the program."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.gateway = FakeGateway()
        self.told: list[str | None] = []
        self.running: list[PublicAddress] = []

    def start(self, given: GivenTunnel | None = None, port: int | None = 8000) -> PublicAddress:
        rig = self.rig
        office = rig.office
        self.steps = Steps(office.writer, office.database, rig.clock)
        self.address = PublicAddress(
            rig.office.writer,
            rig.office.database,
            rig.office.announcer,
            Threads(),
            rig.setup,
            rig.keeper,
            given or GivenTunnel(token=TOKEN),
            lambda settings, tell: Tunnel(self.gateway, rig.clock, Threads(), settings, tell),
            self.told.append,
            self.steps.step(StepName.ENDPOINT),
        )
        self.running.append(self.address)
        self.address.load()
        self.address.start(port)
        return self.address

    def restart(self, given: GivenTunnel | None = None) -> PublicAddress:
        assert self.address.stop(PATIENCE)
        self.rig.restart()
        self.gateway = FakeGateway()
        return self.start(given)

    @property
    def state(self) -> Any:
        return self.address.state

    def wait(self, true: Any) -> None:
        assert until(true, 10), self.state

    def online(self) -> None:
        self.wait(lambda: self.state.tunnel.status is TunnelStatus.ONLINE)

    def arranged(self) -> Any:
        """Our endpoint, once it stands for the address in force."""
        self.online()
        self.wait(lambda: self.state.delivers and not self.state.arranging)
        return self.state.endpoint

    def at_stripe(self) -> dict[str, Any]:
        [endpoint] = self.rig.at_stripe()
        return endpoint

    def kept(self, key: str) -> str | None:
        with self.rig.office.database.reader() as connection:
            return setting(connection, key)


@pytest.fixture
def desk(rig: Rig) -> Iterator[Desk]:
    warm_up()  # as the program does: no other thread is the first to import stripe
    made = Desk(rig)
    yield made
    for address in made.running:
        assert address.stop(PATIENCE)


def test_off_until_somebody_wants_it(desk: Desk) -> None:
    desk.start()
    assert desk.state.tunnel.status is TunnelStatus.OFF and not desk.state.delivers
    assert desk.gateway.ports == [] and desk.rig.stripe.asked == []


def test_on_and_off_are_remembered(desk: Desk) -> None:
    desk.start().connect()
    desk.online()
    assert (desk.state.public_url, desk.told) == (URL, [URL])
    desk.restart()
    desk.online()  # by itself
    desk.address.disconnect()
    desk.wait(lambda: desk.state.public_url is None)
    assert desk.told[-1] is None
    desk.restart()
    assert desk.state.tunnel.status is TunnelStatus.OFF


@pytest.mark.parametrize(("wanted", "on"), [("ngrok", True), ("off", False)])
def test_the_environment_decides_before_the_window(desk: Desk, wanted: str, on: bool) -> None:
    address = desk.start()
    assert not address.from_environment
    if not on:
        address.connect()
        desk.online()
    desk.restart(GivenTunnel(wanted, TOKEN))
    assert desk.address.from_environment
    if on:
        desk.online()
    else:
        assert desk.state.tunnel.status is TunnelStatus.OFF


def test_an_open_tunnel_alone_does_not_deliver_and_enters_nothing_at_stripe(desk: Desk) -> None:
    desk.start().connect()
    desk.online()
    desk.wait(lambda: desk.rig.stripe.asked)
    assert not desk.state.automatic and desk.state.endpoint is None and not desk.state.delivers
    assert desk.rig.at_stripe() == []


def test_arranged_by_one_press_and_from_then_on_by_itself(desk: Desk) -> None:
    desk.start().connect()
    desk.online()
    desk.address.arrange()
    first = desk.arranged()
    assert first.created and desk.at_stripe()["url"] == URL + WEBHOOK_PATH
    desk.restart()
    again = desk.arranged()
    assert (again.id, again.created) == (first.id, False)


def test_pressed_before_the_tunnel_is_open(desk: Desk) -> None:
    address = desk.start()
    address.arrange()
    assert desk.rig.stripe.asked == []
    address.connect()
    assert desk.arranged().created


def test_h4_the_address_changes_and_the_endpoint_follows(desk: Desk) -> None:
    desk.start().connect()
    desk.address.arrange()
    first = desk.arranged()
    secrets = desk.rig.setup.keys.webhook_secrets
    desk.gateway.sight = TunnelSight(True, MOVED)
    desk.gateway.news()
    desk.wait(lambda: desk.state.public_url == MOVED)
    moved = desk.arranged()
    assert (moved.id, moved.updated, moved.url) == (first.id, True, MOVED + WEBHOOK_PATH)
    assert desk.at_stripe()["url"] == MOVED + WEBHOOK_PATH
    assert desk.rig.setup.keys.webhook_secrets == secrets
    assert desk.told == [URL, MOVED]


def test_a_changed_address_is_only_told_where_the_webhook_is_set_up_by_hand(desk: Desk) -> None:
    mine = desk.rig.keeper.ensure(URL)
    desk.start().connect()
    desk.arranged()
    desk.gateway.sight = TunnelSight(True, MOVED)
    desk.gateway.news()
    desk.wait(lambda: desk.state.endpoint is not None and not desk.state.endpoint.complete)
    assert not desk.state.delivers and desk.state.endpoint.id == mine.id
    assert desk.at_stripe()["url"] == URL + WEBHOOK_PATH  # nothing was changed unasked


def test_g12_disabled_by_stripe_is_seen_and_one_press_enables_it(desk: Desk) -> None:
    desk.start().connect()
    desk.address.arrange()
    first = desk.arranged()
    desk.rig.stripe.disable_endpoint(first.id)
    desk.address.check()
    desk.wait(lambda: not desk.state.endpoint.enabled)
    assert not desk.state.delivers
    assert desk.rig.notices() == ["endpoint_disabled"]
    desk.address.arrange()
    assert desk.arranged().id == first.id
    assert desk.at_stripe()["status"] == "enabled"


def test_disabled_is_not_enabled_behind_anyones_back(desk: Desk) -> None:
    desk.start().connect()
    desk.address.arrange()
    desk.rig.stripe.disable_endpoint(desk.arranged().id)
    desk.restart()
    desk.wait(lambda: desk.state.endpoint is not None and not desk.state.arranging)
    assert not desk.state.endpoint.enabled and not desk.state.delivers


def test_other_keys_have_their_own_endpoint(desk: Desk) -> None:
    desk.start().connect()
    desk.address.arrange()
    test = desk.arranged()
    desk.rig.use_key(LIVE_KEY)
    desk.wait(lambda: desk.rig.at_stripe(LIVE_KEY))
    desk.wait(lambda: desk.state.delivers and desk.state.endpoint.id != test.id)
    assert [one["id"] for one in desk.rig.at_stripe(LIVE_KEY)] == [desk.state.endpoint.id]
    assert desk.at_stripe()["id"] == test.id  # the other mode keeps its own


def test_the_limit_of_16_is_one_sentence(desk: Desk) -> None:
    desk.rig.others(16)
    desk.start().connect()
    desk.address.arrange()
    desk.wait(lambda: desk.state.trouble is not None and not desk.state.arranging)
    assert (desk.state.trouble.code, desk.state.trouble.values) == ("endpoint_limit", {"most": 16})
    assert desk.state.endpoint is None and len(desk.rig.at_stripe()) == 16


@pytest.mark.parametrize(
    ("rights", "missing"),
    [(set(), "rak_webhook_read"), ({"rak_webhook_read"}, "rak_webhook_write")],
)
def test_a_restricted_key_names_the_missing_right(
    desk: Desk, rights: set[str], missing: str
) -> None:
    desk.rig.stripe.keys[RESTRICTED] = Key(rights=frozenset(rights))
    desk.rig.use_key(RESTRICTED)
    desk.start().connect()
    desk.address.arrange()
    desk.wait(lambda: desk.state.trouble is not None and not desk.state.arranging)
    assert desk.state.trouble.code == "stripe_no_right"
    assert desk.state.trouble.values["right"] == missing
    step = desk.steps.states()[StepName.ENDPOINT]
    assert (step.failures, step.right) == (1, missing)
    # With the right granted, one more press is enough.
    rights = {"rak_webhook_read", "rak_webhook_write"}
    desk.rig.stripe.keys[RESTRICTED] = Key(rights=frozenset(rights))
    desk.address.arrange()
    assert desk.arranged().created and desk.state.trouble is None
    assert not desk.steps.states()[StepName.ENDPOINT].failing


def test_setting_up_by_hand_stays_possible(desk: Desk) -> None:
    """Somebody else's endpoint for our address, its secret entered: nothing is touched."""
    desk.rig.setup.save(PUBLISHABLE_KEY, None, "whsec_enteredByHand")
    desk.rig.others(1)
    desk.start().connect()
    desk.online()
    desk.wait(lambda: any(one.method == "GET" for one in desk.rig.stripe.asked))
    assert desk.state.public_url == URL and desk.state.trouble is None
    assert [one.method for one in desk.rig.stripe.asked if "webhook" in one.path] == ["GET"]
    assert desk.rig.setup.keys.webhook_secrets == ("whsec_enteredByHand",)


def test_token_domain_and_program_are_kept_the_token_in_the_keyring(desk: Desk) -> None:
    address = desk.start(GivenTunnel())
    assert not desk.state.has_token
    assert code_of(address.save, None, "", "") == "tunnel_token_missing"
    assert code_of(address.save, TOKEN, "not a domain", "") == "tunnel_domain_invalid"
    assert not desk.state.has_token  # nothing was kept halfway
    address.save(f" {TOKEN} ", "https://Name.ngrok-free.dev/", " /opt/ngrok ")
    assert desk.state.has_token and desk.state.domain == "name.ngrok-free.dev"
    assert desk.rig.secrets.get("ngrok_authtoken") == TOKEN
    kept = desk.rig.office.rows("SELECT key, value FROM settings")
    assert TOKEN not in str(kept) and TOKEN not in str(desk.state)
    desk.restart(GivenTunnel())
    assert (desk.state.domain, desk.state.executable) == ("name.ngrok-free.dev", "/opt/ngrok")
    desk.address.save(None, "", "")  # the stored token stays
    desk.address.connect()
    desk.online()
    [asked] = desk.gateway.asked
    assert (asked.token, asked.domain, asked.executable) == (TOKEN, "", "")


def test_a_locked_keyring_is_told_and_keeps_nothing(desk: Desk) -> None:
    address = desk.start(GivenTunnel())
    desk.rig.secrets.locked = True
    assert code_of(address.save, TOKEN, "", "") == "keychain_unavailable"
    assert not desk.state.has_token and desk.kept("tunnel.token_kept") is None


def test_without_a_token_the_keyring_is_left_alone(desk: Desk) -> None:
    class Untouchable(Secrets):
        def get(self, name: str) -> str | None:
            assert name != "ngrok_authtoken"
            return super().get(name)

    desk.rig.secrets = Untouchable()
    desk.rig.setup = desk.rig.new_setup()
    desk.start(GivenTunnel())
    assert not desk.state.has_token


def test_the_listener_moves_and_the_tunnel_follows(desk: Desk) -> None:
    desk.start().connect()
    desk.online()
    desk.address.moved(8001)
    desk.wait(lambda: desk.gateway.ports == [8000, 8001])
    desk.online()


def test_without_a_listener_nothing_is_opened(desk: Desk) -> None:
    desk.start(port=None).connect()
    assert desk.gateway.ports == [] and desk.kept("tunnel.on") == "1"
    desk.address.moved(8003)
    assert desk.gateway.ports == []


def test_stopping_does_not_wait_for_stripe(desk: Desk) -> None:
    desk.rig.stripe.fail_next(Fault.HANG, times=3)
    desk.start().connect()
    desk.address.arrange()
    desk.wait(lambda: desk.rig.stripe.asked)
    assert desk.address.stop(10.0)  # True: the call was given up, which may take 20 s by itself
    assert not desk.rig.stripe.stopping.is_set()
