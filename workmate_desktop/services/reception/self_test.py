"""**Testereignis senden**: a signed probe goes out through the public address and must come back
through tunnel, listener and signature check. It books nothing and writes no row.

Signed with the secret in force that is the newest: the one that Stripe uses now. What is asked of
the outside world is told leg by leg; without a tunnel, or when the way out is blocked, the legs
on this PC are tested all the same.
https://docs.stripe.com/webhooks/signature
"""

import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from workmate_desktop.domain.changes import ReceptionChanged
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.reception.self_test import Leg, LegResult, LegState, SelfTestResult
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.domain.waiting import Signal, Waiting
from workmate_desktop.gateways.stripe.webhook import NotAuthenticReason
from workmate_desktop.gateways.tunnel.public_post import Answer, PostFailed, PostProblem, post
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.booking.probe import Arrival, Probes

logger = logging.getLogger("workmate.self_test")

Post = Callable[[str, bytes, str, Signal], Answer]
"""gateways.public_post.post: address, body, signature, cancelled."""

_NGROK = {
    "ERR_NGROK_3200": "self_test_offline",
    "ERR_NGROK_3004": "self_test_offline",
    "ERR_NGROK_6024": "self_test_interstitial",
    "ERR_NGROK_727": "self_test_quota",
    "ERR_NGROK_725": "self_test_quota",
    "ERR_NGROK_4027": "self_test_quota",
}
"""https://ngrok.com/docs/errors"""

_NOBODY_BEHIND = frozenset({"ERR_NGROK_8012"})
"""ngrok's agent is there, but does not reach the listener."""

_OUR_REFUSAL = b'{"received": false}'
"""What the listener answers to all that it does not take (listener/answers.py)."""


@dataclass(frozen=True, slots=True)
class _Trip:
    """What one sending showed."""

    arrival: Arrival | None
    answer: Answer | None = None
    problem: PostProblem | None = None


class SelfTest:
    """`port` and `public_url` are asked when a test begins. `last` may be read by any thread;
    a new one is announced as ReceptionChanged.
    """

    def __init__(
        self,
        probes: Probes,
        clock: Clock,
        announcer: Announcer,
        waiting: Waiting,
        keys: Callable[[], StripeKeys | None],
        port: Callable[[], int | None],
        public_url: Callable[[], str | None],
        post: Post = post,
    ) -> None:
        self._probes = probes
        self._clock = clock
        self._announcer = announcer
        self._keys = keys
        self._port = port
        self._public_url = public_url
        self._post = post
        self._waiting = waiting
        self._one_at_a_time = waiting.lock()
        self._last: SelfTestResult | None = None

    @property
    def last(self) -> SelfTestResult | None:
        """The newest result of this session; one that was cancelled is none."""
        return self._last

    def run(self, cancelled: Signal | None = None) -> SelfTestResult:
        """Send, wait for it, and say how far it came. Blocks for some 20 s at most, and ends
        within 50 ms of `cancelled`: for the background.

        Raises UserError self_test_cancelled.
        """
        cancelled = cancelled or self._waiting.signal()
        with self._one_at_a_time:
            result = self._whole(cancelled)
            if cancelled.is_set():
                raise UserError("self_test_cancelled")
            self._last = result
        self._log(result)
        self._announcer.announce([ReceptionChanged()])
        return result

    # --- how -----------------------------------------------------------------------------

    def _whole(self, cancelled: Signal) -> SelfTestResult:
        at, public_url, port, keys = (
            self._clock.now(),
            self._public_url(),
            self._port(),
            self._keys(),
        )
        legs = _nothing_tested(public_url)
        if keys is None or not keys.can_receive:
            return _failed(legs, Leg.SIGNATURE, "self_test_no_secret", at, public_url)
        if port is None:
            return _failed(legs, Leg.LISTENER, "self_test_no_listener", at, public_url)
        secret = keys.webhook_secrets[0]
        outside = local = None
        if public_url is not None:
            outside = self._send(public_url, secret, cancelled)
            legs |= _legs_outside(outside)
        if Leg.SIGNATURE not in _tested(legs):
            local = self._send(f"http://127.0.0.1:{port}", secret, cancelled)
            legs |= {leg: one for leg, one in _legs_here(local).items() if leg not in _tested(legs)}
        answer = outside.answer if outside else local.answer if local else None
        return SelfTestResult(
            at,
            tuple(legs.values()),
            public_url,
            round(answer.seconds * 1000, 1) if answer else None,
            answer.status if answer else None,
            answer.ngrok_code if answer else None,
        )

    def _send(self, base: str, secret: str, cancelled: Signal) -> _Trip:
        body = self._probes.make()
        answer: Answer | None = None
        problem: PostProblem | None = None
        try:
            answer = self._post(base + WEBHOOK_PATH, body, self._signed(body, secret), cancelled)
        except PostFailed as failed:
            problem = failed.problem
        finally:
            arrival = self._probes.forget(body)
        return _Trip(arrival, answer, problem)

    def _signed(self, body: bytes, secret: str) -> str:
        timestamp = int(self._clock.stripe_now())
        signed = f"{timestamp}.".encode() + body
        return f"t={timestamp},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"

    def _log(self, result: SelfTestResult) -> None:
        if result.passed:
            logger.info("[Stripe] Test event came back in %s ms", result.milliseconds)
            return
        logger.warning(
            "[Stripe] Test event: %s (HTTP %s, %s)",
            result.trouble,
            result.status or "none",
            result.ngrok_code or "no code of ngrok",
        )


_Legs = dict[Leg, LegResult]


def _nothing_tested(public_url: str | None) -> _Legs:
    legs = {leg: LegResult(leg, LegState.NOT_TESTED) for leg in Leg}
    if public_url is None:
        legs[Leg.ADDRESS] = replace(legs[Leg.ADDRESS], code="self_test_no_address")
    else:
        legs[Leg.ADDRESS] = LegResult(Leg.ADDRESS, LegState.OK)
    return legs


def _failed(
    legs: _Legs, leg: Leg, code: str, at: datetime, public_url: str | None
) -> SelfTestResult:
    """Nothing could be sent at all."""
    whole = legs | {leg: LegResult(leg, LegState.FAILED, code)}
    return SelfTestResult(at, tuple(whole.values()), public_url)


def _tested(legs: _Legs) -> set[Leg]:
    return {one.leg for one in legs.values() if one.state is not LegState.NOT_TESTED}


def _up_to(failed: Leg, code: str) -> _Legs:
    """Everything before `failed` worked; what comes after it was not tested."""
    legs: _Legs = {}
    for leg in Leg:
        if leg is failed:
            return legs | {leg: LegResult(leg, LegState.FAILED, code)}
        legs[leg] = LegResult(leg, LegState.OK)
    return legs


def _legs_outside(trip: _Trip) -> _Legs:
    """What a probe to the public address showed."""
    if trip.arrival is not None:
        return _legs_of_arrived(trip)
    if trip.answer is None:
        no_answer = trip.problem is PostProblem.NO_ANSWER
        return _up_to(Leg.TUNNEL if no_answer else Leg.SENT, f"self_test_{trip.problem}")
    return _legs_of_answer(trip.answer)


def _legs_of_answer(answer: Answer) -> _Legs:
    """Somebody answered, but the probe never came to this program."""
    if answer.ngrok_code in _NOBODY_BEHIND:
        return _up_to(Leg.LISTENER, "self_test_listener_unreachable")
    if answer.ngrok_code is not None:
        return _up_to(Leg.TUNNEL, _NGROK.get(answer.ngrok_code, "self_test_ngrok"))
    if answer.status == 421:
        return _up_to(Leg.LISTENER, "self_test_host")
    json = answer.content_type.partition(";")[0].strip().lower() == "application/json"
    if json and answer.start == _OUR_REFUSAL:
        return _up_to(Leg.LISTENER, "self_test_refused")
    if "html" in answer.content_type.lower() or 300 <= answer.status < 400:
        return _up_to(Leg.TUNNEL, "self_test_intercepted")
    return _up_to(Leg.LISTENER, "self_test_other_program")


def _legs_of_arrived(trip: _Trip) -> _Legs:
    """The probe came to the listener of this program."""
    assert trip.arrival is not None
    match trip.arrival.refused:
        case None:
            pass
        case NotAuthenticReason.TOO_OLD | NotAuthenticReason.IN_FUTURE:
            return _up_to(Leg.SIGNATURE, "self_test_clock")
        case _:
            return _up_to(Leg.SIGNATURE, "self_test_altered")
    if trip.answer is None or trip.answer.status != 200:
        return _up_to(Leg.ANSWERED, "self_test_answer_lost")
    return {leg: LegResult(leg, LegState.OK) for leg in Leg}


def _legs_here(trip: _Trip) -> _Legs:
    """What a probe to our own port showed; it says nothing about the legs outside."""
    if trip.arrival is not None:
        legs = _legs_of_arrived(trip)
    else:
        legs = _up_to(Leg.LISTENER, "self_test_no_listener")
    here = (Leg.LISTENER, Leg.SIGNATURE)
    return {leg: replace(legs[leg], locally=True) for leg in here if leg in legs}
