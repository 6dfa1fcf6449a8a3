"""FAULTS group I at the gateway: whatever Stripe or the net answers is one known refusal."""

import socket
import threading
import traceback
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.standins.stripe_api import LIVE_KEY, SECRET_KEY, Key, StripeStandIn
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.account import AccountInfo, StripeRefusal, StripeRefused
from workmate_desktop.gateways.stripe.api import StripeApi, checked_api_base

RESTRICTED = "rk_test_StandIn0000000000007777"


def refusal_of(api: StripeApi) -> StripeRefused:
    with pytest.raises(StripeRefused) as refused:
        api.account()
    return refused.value


@pytest.mark.parametrize(("key", "livemode"), [(SECRET_KEY, False), (LIVE_KEY, True)])
def test_account(key: str, livemode: bool) -> None:
    with StripeStandIn(account_name="Büro Müller") as stripe:
        account = StripeApi(key, api_base=stripe.url).account()
    assert account == AccountInfo("acct_1StandInKoblenz", "Büro Müller", livemode)


def test_account_without_a_name_is_named_by_its_id() -> None:
    with StripeStandIn(account_name=" ") as stripe:
        assert StripeApi(SECRET_KEY, api_base=stripe.url).account().name == "acct_1StandInKoblenz"


@pytest.mark.parametrize(
    ("fault", "kind", "tries"),
    [
        (Fault.RATE_LIMIT, StripeRefusal.RATE_LIMITED, 1),
        (Fault.CONFLICT, StripeRefusal.OTHER, 2),
        (Fault.SERVER_ERROR, StripeRefusal.STRIPE_DOWN, 2),
        (Fault.UNAVAILABLE_HTML, StripeRefusal.STRIPE_DOWN, 2),
        (Fault.CAPTIVE_PORTAL, StripeRefusal.NOT_STRIPE, 1),
        (Fault.FOREIGN_JSON, StripeRefusal.NOT_STRIPE, 1),
        (Fault.REDIRECT, StripeRefusal.NOT_STRIPE, 1),
        (Fault.RESET, StripeRefusal.NO_NET, 2),
    ],
)
def test_h11_i_faults(fault: Fault, kind: StripeRefusal, tries: int) -> None:
    with StripeStandIn() as stripe:
        stripe.fail_next(fault, times=tries)
        refused = refusal_of(StripeApi(SECRET_KEY, api_base=stripe.url))
        assert (refused.kind, refused.code) == (kind, f"stripe_{kind.value}")
        assert len(stripe.asked) == tries


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.UNAVAILABLE_HTML, Fault.RESET])
def test_one_passing_fault_is_not_even_noticed(fault: Fault) -> None:
    with StripeStandIn() as stripe:
        stripe.fail_next(fault)
        assert StripeApi(SECRET_KEY, api_base=stripe.url).account().name == "Büro Koblenz"


@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.BAD_REQUEST, "parameter_invalid"), (Fault.STRANGE_CODE, None)]
)
def test_a_code_is_kept_only_in_the_alphabet_of_codes(fault: Fault, code: str | None) -> None:
    """It is logged and kept beside the link, so no text of a stranger's may stand there."""
    with StripeStandIn() as stripe:
        stripe.fail_next(fault)
        refused = refusal_of(StripeApi(SECRET_KEY, api_base=stripe.url))
    assert (refused.kind, refused.stripe_code) == (StripeRefusal.OTHER, code)


def test_i_wrong_key() -> None:
    with StripeStandIn() as stripe:
        refused = refusal_of(StripeApi("sk_test_of_nobody", api_base=stripe.url))
    assert (refused.kind, refused.status) == (StripeRefusal.WRONG_KEY, 401)


@pytest.mark.parametrize("key", ["", "sk_test_ä", "sk_test_a\nb", "sk test", "x" * 501])
def test_a_key_that_cannot_be_sent_is_not_sent(key: str) -> None:
    with StripeStandIn() as stripe:
        assert refusal_of(StripeApi(key, api_base=stripe.url)).kind is StripeRefusal.WRONG_KEY
        assert stripe.asked == []


def test_i_revoked_key() -> None:
    with StripeStandIn() as stripe:
        stripe.keys[SECRET_KEY].revoked = True
        refused = refusal_of(StripeApi(SECRET_KEY, api_base=stripe.url))
    assert (refused.kind, refused.stripe_code) == (StripeRefusal.REVOKED, "api_key_expired")


def test_i_restricted_key_names_the_missing_right() -> None:
    with StripeStandIn() as stripe:
        stripe.keys[RESTRICTED] = Key(rights=frozenset({"rak_event_read"}))
        refused = refusal_of(StripeApi(RESTRICTED, api_base=stripe.url))
    assert (refused.kind, refused.right) == (StripeRefusal.NO_RIGHT, "rak_accounts_kyc_basic_read")
    assert refused.values["right"] == "rak_accounts_kyc_basic_read"


def test_i_restricted_key_with_the_right() -> None:
    with StripeStandIn() as stripe:
        stripe.keys[RESTRICTED] = Key(rights=frozenset({"rak_accounts_kyc_basic_read"}))
        assert StripeApi(RESTRICTED, api_base=stripe.url).account().livemode is False


def test_h10_no_net() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, not listening: refused
        base = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert refusal_of(StripeApi(SECRET_KEY, api_base=base)).kind is StripeRefusal.NO_NET


@pytest.mark.parametrize(("timeout", "waits"), [(80.0, (10.0, 80.0)), (3.0, (3.0, 3.0))])
def test_h10_no_connection_is_waited_for_ten_seconds_at_most(
    monkeypatch: pytest.MonkeyPatch, timeout: float, waits: tuple[float, float]
) -> None:
    """For the connection and for the answer: a PC without a net says so soon."""
    told: list[object] = []
    send = requests.Session.send

    def note(session: requests.Session, *about: Any, **how: Any) -> requests.Response:
        told.append(how["timeout"])
        return send(session, *about, **how)

    monkeypatch.setattr(requests.Session, "send", note)
    with StripeStandIn() as stripe:
        StripeApi(SECRET_KEY, api_base=stripe.url, timeout=timeout).account()
    assert told == [waits]


def test_i_no_answer() -> None:
    with StripeStandIn() as stripe:
        stripe.fail_next(Fault.HANG, times=2)
        refused = refusal_of(StripeApi(SECRET_KEY, api_base=stripe.url, timeout=1))
        assert refused.kind is StripeRefusal.TIMEOUT
        assert len(stripe.asked) == 1  # the limit is for the whole call: there is no second try


def test_close_ends_a_call_at_once() -> None:
    with StripeStandIn() as stripe:
        stripe.fail_next(Fault.HANG)
        api = StripeApi(SECRET_KEY, api_base=stripe.url, timeout=10 * PATIENCE)
        closing = threading.Timer(0.3, api.close)
        closing.start()
        assert refusal_of(api).kind is StripeRefusal.CANCELLED  # and not given up at the limit
        closing.join()
        assert refusal_of(api).kind is StripeRefusal.CANCELLED
        assert len(stripe.asked) <= 1


@pytest.mark.parametrize("skew", [0, 720, -172_800])
def test_g1_server_date(skew: int) -> None:
    dates: list[datetime] = []
    with StripeStandIn() as stripe:
        stripe.skew = skew
        StripeApi(SECRET_KEY, api_base=stripe.url, on_server_date=dates.append).account()
    [date] = dates
    assert date.tzinfo is UTC
    assert abs((date - datetime.now(UTC)).total_seconds() - skew) < 5


def test_g1_a_refusal_tells_the_time_too() -> None:
    dates: list[datetime] = []
    with StripeStandIn() as stripe:
        api = StripeApi("sk_test_of_nobody", api_base=stripe.url, on_server_date=dates.append)
        refusal_of(api)
    assert len(dates) == 1


@pytest.mark.parametrize("fault", [Fault.CAPTIVE_PORTAL, Fault.FOREIGN_JSON, Fault.REDIRECT])
def test_g1_the_time_of_a_captive_portal_is_not_believed(fault: Fault) -> None:
    dates: list[datetime] = []
    with StripeStandIn() as stripe:
        stripe.fail_next(fault)
        refusal_of(StripeApi(SECRET_KEY, api_base=stripe.url, on_server_date=dates.append))
    assert dates == []


@pytest.mark.parametrize("key", [SECRET_KEY, "sk_test_of_nobody_canary"])
@pytest.mark.parametrize("fault", [None, Fault.RESET, Fault.CAPTIVE_PORTAL])
def test_j7_no_key_in_any_text(
    key: str, fault: Fault | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with StripeStandIn() as stripe:
        stripe.keys.pop(SECRET_KEY)
        if fault is not None:
            stripe.fail_next(fault, times=2)
        api = StripeApi(key, api_base=stripe.url)
        refused = refusal_of(api)
    text = "".join(traceback.format_exception(refused)) + repr(refused.values) + repr(api)
    assert key not in text + caplog.text
    assert key[-4:] not in text


def test_a_proxy_of_the_environment_is_not_asked_for_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with StripeStandIn() as proxy, StripeStandIn() as stripe:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        StripeApi(SECRET_KEY, api_base=stripe.url).account()
        assert (len(proxy.asked), len(stripe.asked)) == (0, 1)


def test_a_proxy_of_the_environment_is_used_for_stripe(monkeypatch: pytest.MonkeyPatch) -> None:
    # The stand-in is no proxy and refuses CONNECT: the point is that it is asked at all.
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.delenv("no_proxy", raising=False)
        asked: list[bytes] = []

        def refuse() -> None:
            proxy.settimeout(PATIENCE)
            for _ in range(2):
                connection, _ = proxy.accept()
                with connection:
                    asked.append(connection.recv(4096))
                    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        refusing = threading.Thread(target=refuse)
        refusing.start()
        assert refusal_of(StripeApi(SECRET_KEY)).kind is StripeRefusal.NO_NET
        refusing.join()
    assert asked[0].startswith(b"CONNECT api.stripe.com:443")
    assert SECRET_KEY.encode() not in b"".join(asked)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:4010", "http://localhost:1/", "https://[::1]:443", "http://127.0.0.1"],
)
def test_loopback_bases_are_accepted(address: str) -> None:
    assert checked_api_base(address) == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:4010",
        "http://api.stripe.com",
        "http://127.0.0.1.example.org",
        "http://127.0.0.1@example.org",
        "http://user@127.0.0.1:1",
        "http://example.org#127.0.0.1",
        "http://127.0.0.1:1/path",
        "http://127.0.0.1:1?x",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
        "http://127.0.0.2:1",
        "http://0.0.0.0:1",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
    ],
)
def test_other_bases_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match="only on this computer"):
        StripeApi(SECRET_KEY, api_base=address)
