"""FAULTS group A at the gateway: only what was signed with our secret, now, is authentic."""

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workmate_desktop.gateways.stripe.webhook import NotAuthentic, NotAuthenticReason, verify

NOW = 1_795_416_101.0
SECRET = "whsec_one"
OTHER = "whsec_two"
BODY = '{"id": "evt_1", "note": "Müller & Söhne"}'.encode()


def sign(body: bytes = BODY, secret: str = SECRET, at: float = NOW) -> str:
    """The `v1` value, made with hmac directly: not with the code under test."""
    return hmac.new(secret.encode(), f"{int(at)}.".encode() + body, hashlib.sha256).hexdigest()


def header(body: bytes = BODY, secret: str = SECRET, at: float = NOW) -> str:
    return f"t={int(at)},v1={sign(body, secret, at)}"


def reason_of(
    given_header: str | None,
    body: bytes = BODY,
    secrets: tuple[str, ...] = (SECRET,),
    now: float = NOW,
) -> NotAuthenticReason | None:
    try:
        verify(body, given_header, secrets, now)
    except NotAuthentic as refusal:
        return refusal.reason
    return None


def test_a_right_signature_is_authentic() -> None:
    assert reason_of(header()) is None


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a1_signature_missing(nothing: str | None) -> None:
    assert reason_of(nothing) is NotAuthenticReason.MISSING


@pytest.mark.parametrize(
    ("length", "expected"), [(4096, None), (4097, NotAuthenticReason.MALFORMED)]
)
def test_a1_the_longest_header(length: int, expected: NotAuthenticReason | None) -> None:
    start = header() + ",v0="
    assert reason_of(start + "0" * (length - len(start))) is expected


def test_a2_wrong_signature() -> None:
    assert reason_of(header(secret="whsec_of_someone_else")) is NotAuthenticReason.WRONG


def test_a2_signature_of_another_time() -> None:
    assert reason_of(f"t={int(NOW)},v1={sign(at=NOW - 1)}") is NotAuthenticReason.WRONG


@pytest.mark.parametrize(("age", "expected"), [(300, None), (301, NotAuthenticReason.TOO_OLD)])
def test_a3_too_old(age: int, expected: NotAuthenticReason | None) -> None:
    assert reason_of(header(at=NOW - age)) is expected


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (300, None),
        (301, NotAuthenticReason.IN_FUTURE),
        (10 * 365 * 86_400, NotAuthenticReason.IN_FUTURE),
    ],
)
def test_a4_too_far_in_the_future(ahead: int, expected: NotAuthenticReason | None) -> None:
    assert reason_of(header(at=NOW + ahead)) is expected


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a5_several_v1_one_right(place: int) -> None:
    signatures = ["0" * 64, "f" * 64]
    signatures.insert(place, sign())
    assert reason_of(f"t={int(NOW)}," + ",".join(f"v1={one}" for one in signatures)) is None


def test_a6_only_v0() -> None:
    assert reason_of(f"t={int(NOW)},v0={sign()}") is NotAuthenticReason.WRONG


@pytest.mark.parametrize("extra", ["ü", "\udcff", "\u0661", "\x80"])
def test_a7_non_ascii_header(extra: str) -> None:
    assert reason_of(header() + extra) is NotAuthenticReason.MALFORMED


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"a": "\xc3"}', b"\xed\xa0\x80"])
def test_a8_body_not_utf8(body: bytes) -> None:
    # Even rightly signed: Stripe sends UTF-8 only.
    assert reason_of(header(body), body) is NotAuthenticReason.NOT_UTF8


@pytest.mark.parametrize("secrets", [(), ("",), ("   ",), ("\ud800",)])
def test_a11_no_usable_secret(secrets: tuple[str, ...]) -> None:
    assert reason_of(header(secret=""), secrets=secrets) is NotAuthenticReason.WRONG


@pytest.mark.parametrize("signed_with", [SECRET, OTHER])
@pytest.mark.parametrize("secrets", [(SECRET, OTHER), (OTHER, SECRET), ("\ud800", SECRET, OTHER)])
def test_a12_two_active_secrets(signed_with: str, secrets: tuple[str, ...]) -> None:
    assert reason_of(header(secret=signed_with), secrets=secrets) is None


@pytest.mark.parametrize("body", [BODY + b"\n", BODY.replace(b": ", b":"), b""])
def test_a15_body_reformatted_on_the_way(body: bytes) -> None:
    assert reason_of(header(), body) is NotAuthenticReason.WRONG


@pytest.mark.parametrize(
    "broken",
    [
        f"v1={sign()}",
        f"t=,v1={sign()}",
        f"t=now,v1={sign()}",
        f"t=-5,v1={sign()}",
        f"t={NOW},v1={sign()}",
        f"t= {int(NOW)},v1={sign()}",
        f"t=1_795_416_101,v1={sign()}",
        f"t={'9' * 5000},v1={sign()}",
        f"t={'9' * 13},v1={sign()}",
        f"t={int(NOW)}=1,v1={sign()}",
        f"t={int(NOW)},t={int(NOW)},v1={sign()}",
        f"t={int(NOW - 9999)},v1={sign()},t={int(NOW)}",
        header() + "," + "x" * 5000,
        "=",
    ],
)
def test_malformed_header(broken: str) -> None:
    assert reason_of(broken) is NotAuthenticReason.MALFORMED


@pytest.mark.parametrize("tail", [",v1", ",", ",v1=", ",v1=ab=cd", ",=,,="])
def test_odd_items_without_a_right_signature(tail: str) -> None:
    assert reason_of(f"t={int(NOW)}{tail}") is NotAuthenticReason.WRONG


@settings(max_examples=300, deadline=None)
@given(
    given_header=st.one_of(st.text(), st.text("t=v10,923 "), st.from_regex(r"t=\d+,v1=.*")),
    body=st.binary(max_size=60),
)
def test_nothing_but_not_authentic_escapes(given_header: str, body: bytes) -> None:
    assert reason_of(given_header, body) is not None
