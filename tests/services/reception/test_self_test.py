"""Testereignis senden: every leg ticked or named; nothing booked, nothing written."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.factories import SECRET, TEST_KEYS, event_body, issued, sign
from tests.faults.office import TABLES, Office
from workmate_desktop.domain.changes import ReceptionChanged
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.reception.self_test import Leg, LegState, SelfTestResult
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.gateways.tunnel.public_post import Answer, PostFailed, PostProblem, post
from workmate_desktop.listener.answers import ANSWERS
from workmate_desktop.services.booking.probe import PROBE_START
from workmate_desktop.services.reception.self_test import _OUR_REFUSAL, SelfTest

PUBLIC = "https://bright-office.ngrok-free.dev"
OK, FAILED, NOT = LegState.OK, LegState.FAILED, LegState.NOT_TESTED


@dataclass
class Rig:
    """An office with a real listener; the public side is `outside`."""

    office: Office
    public_url: str | None = PUBLIC
    keys: StripeKeys | None = TEST_KEYS
    listening: bool = True
    sent: list[tuple[str, bytes, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.outside: Callable[[bytes, str, Signal], Answer] = self.lead_on
        self.self_test = SelfTest(
            self.office.at.receive.probes,
            self.office.at.clock,
            self.office.at.announcer,
            Threads(),
            lambda: self.keys,
            lambda: self.office.port if self.listening else None,
            lambda: self.public_url,
            self.post,
        )

    def post(self, url: str, body: bytes, signature: str, cancelled: Signal) -> Answer:
        self.sent.append((url, body, signature))
        if urlsplit(url).hostname == "127.0.0.1":
            return post(url, body, signature, cancelled)
        return self.outside(body, signature, cancelled)

    def lead_on(self, body: bytes, signature: str, cancelled: Signal) -> Answer:
        """The tunnel works."""
        url = f"http://127.0.0.1:{self.office.port}{urlsplit(self.sent[-1][0]).path}"
        return post(url, body, signature, cancelled)

    def states(self, result: SelfTestResult) -> list[LegState]:
        assert [one.leg for one in result.legs] == list(Leg)
        return [one.state for one in result.legs]

    def local(self, result: SelfTestResult) -> set[Leg]:
        return {one.leg for one in result.legs if one.locally}


@pytest.fixture
def rig(office: Office) -> Rig:
    return Rig(office)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "data")
    yield made
    made.close()


def answers(answer: Answer) -> Callable[[bytes, str, Signal], Answer]:
    return lambda _body, _signature, _cancelled: answer


def fails(problem: PostProblem) -> Callable[[bytes, str, Signal], Answer]:
    def fail(_body: bytes, _signature: str, _cancelled: Signal) -> Answer:
        raise PostFailed(problem)

    return fail


def test_out_and_back_every_leg_is_ticked(rig: Rig) -> None:
    result = rig.self_test.run()
    assert rig.states(result) == [OK] * 6
    assert result.passed and result.trouble is None and not rig.local(result)
    assert (result.status, result.public_url) == (200, PUBLIC)
    assert result.milliseconds is not None and result.milliseconds > 0
    assert result.at == rig.office.at.clock.now()
    assert rig.self_test.last is result
    [(url, body, _)] = rig.sent
    assert url == PUBLIC + "/api/backoffice/finance/stripe/webhook"
    assert body.startswith(PROBE_START)
    assert ReceptionChanged() in rig.office.at.changes


def test_it_books_nothing_and_writes_no_row(rig: Rig) -> None:
    issued(rig.office.at)
    rig.office.at.settled()
    before = rig.office.counts()
    # The rows of a full-text index stand in tables of their own, which are counted.
    tables = """SELECT name FROM sqlite_master
        WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"""
    names = [name for (name,) in rig.office.at.rows(tables)]
    rows = {name: rig.office.at.value(f'SELECT count(*) FROM "{name}"') for name in names}
    changed = rig.office.at.value("PRAGMA data_version")
    for public in (PUBLIC, None):
        rig.public_url = public
        rig.self_test.run()
    rig.office.at.settled()
    assert rig.office.counts() == before and set(before) == set(TABLES)
    assert rows == {name: rig.office.at.value(f'SELECT count(*) FROM "{name}"') for name in names}
    assert rig.office.at.value("PRAGMA data_version") == changed
    assert rig.office.at.receive.refusals.counts() == {}


def test_it_proves_nothing_about_stripes_secret(rig: Rig) -> None:
    """Deliveries that fail their signature stay a trouble, whatever we sign ourselves."""
    for _ in range(3):
        assert rig.office.deliver(event_body(), secret="whsec_ofAnotherEndpoint") == 400
    rig.self_test.run()
    refusals = rig.office.at.receive.refusals
    assert (refusals.in_a_row, refusals.authentic, refusals.delivered) == (3, 0, False)


def test_a_repeated_probe_is_refused_and_leaves_no_trace(rig: Rig) -> None:
    rig.self_test.run()
    [(_, body, signature)] = rig.sent
    assert rig.office.send(body, signature) == 400
    rig.office.at.settled()
    assert rig.office.counts() == dict.fromkeys(TABLES, 0)


def test_one_that_comes_twice_on_its_way_counts_once(rig: Rig) -> None:
    def twice(body: bytes, signature: str, cancelled: Signal) -> Answer:
        first = rig.lead_on(body, signature, cancelled)
        assert rig.office.send(body, signature) == 400
        return first

    rig.outside = twice
    assert rig.self_test.run().passed


def test_a_forged_probe_is_refused(rig: Rig) -> None:
    body = PROBE_START + b', "id": "probe_forged", "type": "workmate.probe"}'
    assert rig.office.send(body, sign(body, "whsec_ofSomebodyElse")) == 400
    assert rig.office.send(body, sign(body)) == 400  # signed well, but never sent by us
    rig.office.at.settled()
    assert rig.office.counts() == dict.fromkeys(TABLES, 0)
    assert rig.office.at.receive.refusals.counts() == {"wrong": 1}


def test_of_several_secrets_the_newest_signs(rig: Rig) -> None:
    rig.keys = StripeKeys("", "", ("whsec_newest", SECRET))
    rig.office.at.keys = StripeKeys("", "", ("whsec_newest",))
    assert rig.self_test.run().passed


@pytest.mark.parametrize(
    ("problem", "failed"),
    [
        (PostProblem.NAME_UNKNOWN, Leg.SENT),
        (PostProblem.NO_NET, Leg.SENT),
        (PostProblem.TLS, Leg.SENT),
        (PostProblem.PROXY, Leg.SENT),
        (PostProblem.TIMEOUT, Leg.SENT),
        (PostProblem.NO_ANSWER, Leg.TUNNEL),
    ],
)
def test_h10_no_way_out_is_named_and_the_legs_here_are_tested(
    rig: Rig, problem: PostProblem, failed: Leg
) -> None:
    rig.outside = fails(problem)
    result = rig.self_test.run()
    states = dict(zip(Leg, rig.states(result), strict=True))
    assert states[Leg.ADDRESS] is OK and states[failed] is FAILED
    assert states[Leg.LISTENER] is OK and states[Leg.SIGNATURE] is OK
    assert states[Leg.ANSWERED] is NOT
    assert rig.local(result) == {Leg.LISTENER, Leg.SIGNATURE}
    assert result.trouble == f"self_test_{problem.value}"
    assert not result.passed and result.milliseconds is None


def html(status: int, ngrok: str | None = None, kind: str = "text/html; charset=utf-8") -> Answer:
    return Answer(status, kind, b"<html>Bitte anmelden</html>", ngrok, 0.01)


@pytest.mark.parametrize(
    ("answer", "failed", "code"),
    [
        (html(404, "ERR_NGROK_3200"), Leg.TUNNEL, "self_test_offline"),
        (html(502, "ERR_NGROK_8012"), Leg.LISTENER, "self_test_listener_unreachable"),
        (html(200, "ERR_NGROK_6024"), Leg.TUNNEL, "self_test_interstitial"),
        (html(429, "ERR_NGROK_727"), Leg.TUNNEL, "self_test_quota"),
        (html(500, "ERR_NGROK_9999"), Leg.TUNNEL, "self_test_ngrok"),
        (html(200), Leg.TUNNEL, "self_test_intercepted"),
        (html(302, kind=""), Leg.TUNNEL, "self_test_intercepted"),
        (Answer(421, "application/json", _OUR_REFUSAL, None, 0.01), Leg.LISTENER, "self_test_host"),
        (
            Answer(400, "application/json", _OUR_REFUSAL, None, 0.01),
            Leg.LISTENER,
            "self_test_refused",
        ),
        (
            Answer(200, "application/json", b'{"received": true}', None, 0.01),
            Leg.LISTENER,
            "self_test_other_program",
        ),
    ],
)
def test_h11_every_other_answer_has_its_own_name(
    rig: Rig, answer: Answer, failed: Leg, code: str
) -> None:
    rig.outside = answers(answer)
    result = rig.self_test.run()
    by_leg = {one.leg: one for one in result.legs}
    assert (by_leg[failed].state, by_leg[failed].code, result.trouble) == (FAILED, code, code)
    before = list(Leg)[: list(Leg).index(failed)]
    assert all(by_leg[leg].state is OK and not by_leg[leg].locally for leg in before)
    assert by_leg[Leg.SIGNATURE].state is OK and by_leg[Leg.SIGNATURE].locally
    assert (result.status, result.ngrok_code) == (answer.status, answer.ngrok_code)


def test_our_listeners_refusal_is_known_by_its_body() -> None:
    answer = ANSWERS[400, True, False]
    assert answer.endswith(_OUR_REFUSAL) and b"Content-Type: application/json\r\n" in answer


def test_changed_on_the_way(rig: Rig) -> None:
    rig.outside = lambda body, signature, cancelled: rig.lead_on(
        body.replace(b": ", b":"), signature, cancelled
    )
    result = rig.self_test.run()
    assert rig.states(result) == [OK, OK, OK, OK, FAILED, NOT]
    assert result.trouble == "self_test_altered"
    # Our own probe is no stranger.
    assert rig.office.at.receive.refusals.counts() == {}


def test_so_late_that_its_signature_is_too_old(rig: Rig) -> None:
    def late(body: bytes, signature: str, cancelled: Signal) -> Answer:
        rig.office.at.clock.advance(minutes=6)
        return rig.lead_on(body, signature, cancelled)

    rig.outside = late
    assert rig.self_test.run().trouble == "self_test_clock"


def test_the_answer_is_lost_on_the_way_back(rig: Rig) -> None:
    def lost(body: bytes, signature: str, cancelled: Signal) -> Answer:
        rig.lead_on(body, signature, cancelled)
        raise PostFailed(PostProblem.NO_ANSWER)

    rig.outside = lost
    result = rig.self_test.run()
    assert rig.states(result) == [OK, OK, OK, OK, OK, FAILED]
    assert result.trouble == "self_test_answer_lost"


def test_without_a_tunnel_the_legs_here_are_tested_and_the_others_named(rig: Rig) -> None:
    rig.public_url = None
    result = rig.self_test.run()
    assert rig.states(result) == [NOT, NOT, NOT, OK, OK, NOT]
    assert rig.local(result) == {Leg.LISTENER, Leg.SIGNATURE}
    assert result.trouble == "self_test_no_address" and not result.passed
    assert result.milliseconds is not None


def test_without_a_secret_or_a_listener_nothing_is_sent(rig: Rig) -> None:
    rig.keys = StripeKeys()
    result = rig.self_test.run()
    assert rig.states(result) == [OK, NOT, NOT, NOT, FAILED, NOT]
    assert result.trouble == "self_test_no_secret"
    rig.keys, rig.listening = TEST_KEYS, False
    assert rig.self_test.run().trouble == "self_test_no_listener"
    assert rig.sent == []


def test_a_listener_that_is_gone_is_told(rig: Rig) -> None:
    rig.public_url = None
    rig.office.listener.stop()
    result = rig.self_test.run()
    assert result.trouble == "self_test_no_listener"
    assert rig.states(result) == [NOT, NOT, NOT, FAILED, NOT, NOT]


def test_a_cancelled_test_is_none(rig: Rig) -> None:
    cancelled = threading.Event()

    def cancel(_body: bytes, _signature: str, given: Signal) -> Answer:
        assert given is cancelled
        cancelled.set()
        raise PostFailed(PostProblem.CANCELLED)

    rig.outside = cancel
    with pytest.raises(UserError) as error:
        rig.self_test.run(cancelled)
    assert error.value.code == "self_test_cancelled"
    assert rig.self_test.last is None
    rig.outside = rig.lead_on
    assert rig.self_test.run().passed
