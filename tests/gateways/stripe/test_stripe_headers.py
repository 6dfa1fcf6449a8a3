"""What Stripe's real library sends besides the question, and what it leaves on this PC."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.standins.stripe_api import SECRET_KEY, StripeStandIn
from workmate_desktop.gateways.stripe.api import StripeApi

SENT = {
    "Authorization",
    "Stripe-Version",
    "User-Agent",
    "X-Stripe-Client-User-Agent",
    # of HTTP itself
    "Host",
    "Accept",
    "Accept-Encoding",
    "Connection",
    "Content-Length",
    "Content-Type",
    # of a request that makes something
    "Idempotency-Key",
}
CALLS = """
import sys, threading
from workmate_desktop.gateways.stripe.api import StripeApi
from workmate_desktop.gateways.stripe.events import StripeEvents
from workmate_desktop.gateways.stripe.endpoints import StripeEndpoints
import workmate_desktop.gateways.stripe.webhook as webhook

webhook.warm_up()
api = StripeApi(sys.argv[2], api_base=sys.argv[1])
for _ in range(2):
    api.account()
    StripeEvents(api).greet()
StripeEndpoints(api).create("https://office.example/hook", ["charge.failed"], "here")
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


def calls(stripe: StripeStandIn, home: Path, **more: str) -> None:
    """In a process of its own: the library keeps its id for the life of a process."""
    environment = {name: value for name, value in os.environ.items() if "XDG" not in name}
    places = {"HOME": str(home), "APPDATA": str(home), "USERPROFILE": str(home)}
    finished = subprocess.run(
        [sys.executable, "-B", "-c", CALLS, stripe.url, SECRET_KEY],
        env=environment | places | more,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr


def test_sa6_no_id_and_no_description_of_this_pc(home: Path) -> None:
    with StripeStandIn() as stripe:
        calls(stripe, home)
        asked = list(stripe.asked)
    assert len(asked) == 5
    for one in asked:
        assert set(one.headers) <= SENT
        told = " ".join(one.headers.values()).lower()
        for word in ("telemetry", "uname", "platform", platform.node().lower() or "-"):
            assert word not in told
        assert platform.platform().lower() not in told
        assert platform.release().lower() not in told


def test_sa6_not_who_started_the_program_either(home: Path) -> None:
    """The library tells of some programs by their variables in the environment."""
    with StripeStandIn() as stripe:
        calls(stripe, home, GEMINI_CLI="1", CURSOR_AGENT="1")
        for one in stripe.asked:
            assert one.headers["User-Agent"].startswith("Stripe/v1 PythonBindings/")
            assert "gent/" not in one.headers["User-Agent"]
            told = json.loads(one.headers["X-Stripe-Client-User-Agent"])
            assert set(told) == {"bindings_version", "lang"}


def test_sa6_nothing_is_written_to_the_home_folder(home: Path) -> None:
    with StripeStandIn() as stripe:
        calls(stripe, home)
        calls(stripe, home, XDG_CONFIG_HOME=str(home / "config"))
    assert list(home.rglob("*")) == []


def test_sa6_no_login_of_another_program_is_sent(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `.netrc` with a login for everybody would even take the place of the key."""
    netrc = home / "netrc"
    netrc.write_text("default login anna password geheim\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    api = StripeApi(SECRET_KEY)
    api._connected()
    key = {"Authorization": f"Bearer {SECRET_KEY}"}
    made = requests.Request("GET", "https://api.stripe.com/v1/account", headers=key)
    assert api._session.prepare_request(made).headers["Authorization"] == key["Authorization"]
