"""Each point of the production checklist both ways, by evidence alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import LIVE_KEYS, NOON, TEST_KEYS
from tests.services.reception.checklist_facts import (
    ADDRESS,
    ALL_WELL,
    EARLIER,
    ENDPOINT,
    EVIDENCE,
    FETCHED,
    FRESH,
    PAYMENT,
    POLLING,
    RECEPTION,
    URL,
)
from workmate_desktop.domain.clock import ClockOffset
from workmate_desktop.domain.connection.tunnel import TunnelState, TunnelStatus
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.reception.checklist import Point, PointId, PointState, Remedy
from workmate_desktop.domain.reception.evidence import AnswerTimes, Evidence
from workmate_desktop.domain.reception.self_test import Leg, LegResult, LegState, SelfTestResult
from workmate_desktop.domain.reception.troubles import Trouble, TroubleKind
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import PAYMENT_SUCCEEDED, Source
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.services.catch_up.catch_up import CatchUpResult
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.services.reception.checklist import checklist
from workmate_desktop.services.reception.checklist_facts import ChecklistFacts

MISMATCH = Trouble(TroubleKind.SECRET_MISMATCH)


def point(facts: ChecklistFacts, id_: PointId) -> Point:
    points = checklist(facts)
    assert [one.id for one in points] == list(PointId)
    return next(one for one in points if one.id is id_)


def told(facts: ChecklistFacts, id_: PointId) -> tuple[str, str, Remedy | None]:
    one = point(facts, id_)
    return one.state.value, one.reason, one.remedy


def at(**fields: Any) -> ChecklistFacts:
    """All well, but the address is like this."""
    return replace(ALL_WELL, reception=replace(RECEPTION, address=replace(ADDRESS, **fields)))


def endpoint(**fields: Any) -> ChecklistFacts:
    return at(endpoint=replace(ENDPOINT, **fields))


def evidence(**fields: Any) -> ChecklistFacts:
    return replace(ALL_WELL, evidence=replace(EVIDENCE, **fields))


def fetching(state: CatchUpState, facts: ChecklistFacts = ALL_WELL) -> ChecklistFacts:
    return replace(facts, reception=replace(facts.reception, catch_up=state))


def probed(failed: Leg | None = None, *, url: str = URL, ms: float = 84.0) -> SelfTestResult:
    legs = tuple(
        LegResult(leg, LegState.FAILED if leg is failed else LegState.OK, "why" if failed else None)
        for leg in Leg
    )
    return SelfTestResult(NOON, legs, url, ms, 200)


@pytest.mark.parametrize("facts", [ALL_WELL, POLLING], ids=["tunnel", "polling"])
def test_nothing_is_left_to_do_in_either_way(facts: ChecklistFacts) -> None:
    for one in checklist(facts):
        assert one.state in (PointState.DONE, PointState.NOT_NEEDED), one
        assert one.remedy is None


def test_a_fresh_installation_has_done_nothing_and_broken_nothing() -> None:
    points = checklist(FRESH)
    assert {one.state for one in points} <= {PointState.OPEN, PointState.UNKNOWN, PointState.DONE}
    assert [one.id for one in points if one.state is PointState.DONE] == [PointId.NOTICES]
    assert all(one.remedy for one in points if one.state is PointState.OPEN)


# --- live keys -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "state", "reason"),
    [
        (StripeKeys(), "open", "no_keys"),
        (replace(LIVE_KEYS, secret=""), "open", "no_secret_key"),
        (replace(LIVE_KEYS, publishable=""), "open", "no_publishable_key"),
        (TEST_KEYS, "open", "test_mode"),
        (LIVE_KEYS, "done", "live"),
    ],
)
def test_live_keys(keys: StripeKeys, state: str, reason: str) -> None:
    remedy = None if state == "done" else Remedy.CONFIGURE
    assert told(replace(ALL_WELL, keys=keys), PointId.LIVE_KEYS) == (state, reason, remedy)


def test_keys_that_nobody_has_asked_stripe_with() -> None:
    unasked = fetching(CatchUpState(), replace(ALL_WELL, account=None))
    assert told(unasked, PointId.LIVE_KEYS)[:2] == ("unknown", "not_tested")
    fetched = replace(ALL_WELL, account=None)  # Stripe has answered this key
    assert told(fetched, PointId.LIVE_KEYS)[:2] == ("done", "live_unnamed")


def test_keys_of_two_accounts_where_the_keys_tell() -> None:
    own = "51QKx9aLkdIwHu7ixAbCdEf0123"
    pair = StripeKeys(f"pk_live_{own}", f"sk_live_{own}")
    assert told(replace(ALL_WELL, keys=pair), PointId.LIVE_KEYS)[0] == "done"
    mixed = replace(pair, publishable="pk_live_51ZZZZaLkdIwHu7ixAbCdEf0123")
    assert told(replace(ALL_WELL, keys=mixed), PointId.LIVE_KEYS)[:2] == ("wrong", "two_accounts")
    odd = replace(mixed, secret="sk_live_SomethingElse123")  # the rule does not show: no verdict
    assert told(replace(ALL_WELL, keys=odd), PointId.LIVE_KEYS)[0] == "done"


@pytest.mark.parametrize(
    "kind", [StripeRefusal.WRONG_KEY, StripeRefusal.REVOKED, StripeRefusal.NO_RIGHT]
)
def test_a_key_that_stripe_refuses(kind: StripeRefusal) -> None:
    state = replace(FETCHED, last=CatchUpResult(trouble=StripeRefused(kind)))
    keys = told(fetching(state), PointId.LIVE_KEYS)
    assert keys == ("wrong", f"key_{kind.value}", Remedy.CONFIGURE)
    assert told(fetching(state), PointId.CATCH_UP) == ("wrong", "fails", Remedy.CONFIGURE)


def test_keys_that_cannot_be_read() -> None:
    locked = replace(ALL_WELL, keys=StripeKeys(), keys_trouble="keychain_locked")
    for id_ in (PointId.LIVE_KEYS, PointId.SECRET):
        assert told(locked, id_) == ("wrong", "unreadable", Remedy.CONFIGURE)


# --- endpoint, events, secret --------------------------------------------------------------


def test_the_endpoint_in_order_names_its_address_and_when_stripe_said_so() -> None:
    one = point(ALL_WELL, PointId.ENDPOINT)
    assert (one.values["url"], one.at) == (ENDPOINT.url, NOON)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (endpoint(enabled=False), ("wrong", "disabled", Remedy.ENABLE)),
        (endpoint(address_right=False), ("wrong", "other_address", Remedy.ARRANGE)),
        (at(endpoint=None, arranging=True), ("unknown", "arranging", None)),
        (at(tunnel=TunnelState(TunnelStatus.STARTING)), ("done", "arranged", None)),
        (
            at(tunnel=TunnelState(TunnelStatus.STARTING), endpoint=None),
            ("unknown", "waits_for_tunnel", None),
        ),
    ],
)
def test_the_endpoint(facts: ChecklistFacts, expected: tuple[str, str, Remedy | None]) -> None:
    assert told(facts, PointId.ENDPOINT) == expected


def test_no_endpoint_yet() -> None:
    none = replace(at(endpoint=None), evidence=Evidence())
    assert told(none, PointId.ENDPOINT) == ("open", "not_arranged", Remedy.ARRANGE)
    assert told(none, PointId.EVENTS) == ("open", "not_arranged", Remedy.ARRANGE)
    failed = replace(at(endpoint=None, trouble=UserError("endpoint_limit")), evidence=Evidence())
    assert told(failed, PointId.ENDPOINT) == ("wrong", "not_arranged", Remedy.ARRANGE)
    by_hand = at(endpoint=None)  # somebody has entered the address in the Dashboard
    assert told(by_hand, PointId.ENDPOINT) == ("done", "delivered", None)
    keyless = replace(none, keys=replace(LIVE_KEYS, secret=""))
    assert told(keyless, PointId.ENDPOINT)[2] is Remedy.CONFIGURE


def test_the_events() -> None:
    wrong = endpoint(events_right=False)
    assert told(wrong, PointId.EVENTS) == ("wrong", "other_events", Remedy.ARRANGE)
    assert told(wrong, PointId.ENDPOINT)[0] == "done"  # the address is right
    seen = at(endpoint=None)
    assert told(seen, PointId.EVENTS)[:2] == ("done", "seen")
    some = replace(seen, evidence=replace(EVIDENCE, delivered_types=frozenset({PAYMENT_SUCCEEDED})))
    one = point(some, PointId.EVENTS)
    assert (one.state.value, one.reason) == ("unknown", "seen_some")
    assert one.values["types"] == PAYMENT_SUCCEEDED


def test_the_secret_is_right_when_stripe_has_delivered_and_not_before() -> None:
    one = point(ALL_WELL, PointId.SECRET)
    assert (one.state.value, one.at) == ("done", EARLIER)
    assert "1234" not in str(one.values["key"])
    waiting = replace(evidence(delivered_at=None), self_test=probed())  # our own signature
    assert told(waiting, PointId.SECRET) == ("unknown", "no_delivery", None)
    assert told(endpoint(secret_known=False), PointId.SECRET)[1:] == (
        "unknown_secret",
        Remedy.ARRANGE,
    )


def test_a_secret_of_another_endpoint() -> None:
    wrong = replace(ALL_WELL, reception=replace(RECEPTION, troubles=(MISMATCH,)))
    assert told(wrong, PointId.SECRET) == ("wrong", "mismatch", Remedy.ARRANGE)
    by_hand = replace(wrong, reception=replace(wrong.reception, address=AddressState()))
    assert told(by_hand, PointId.SECRET) == ("wrong", "mismatch", Remedy.ENTER_SECRET)


def test_no_secret() -> None:
    none = replace(ALL_WELL, keys=replace(LIVE_KEYS, webhook_secrets=()))
    assert told(none, PointId.SECRET) == ("open", "missing", Remedy.ARRANGE)
    polling = replace(POLLING, keys=replace(LIVE_KEYS, webhook_secrets=()))
    assert told(polling, PointId.SECRET)[:2] == ("not_needed", "polling")


# --- the way from outside ------------------------------------------------------------------


def test_the_address_is_proven_by_the_newer_of_test_and_delivery() -> None:
    assert told(ALL_WELL, PointId.ADDRESS) == ("done", "delivered", None)
    passed = replace(ALL_WELL, self_test=probed())
    one = point(passed, PointId.ADDRESS)
    assert (one.reason, one.at, one.values["milliseconds"]) == ("tested", NOON, 84.0)
    failed = replace(ALL_WELL, self_test=probed(Leg.TUNNEL))
    assert told(failed, PointId.ADDRESS) == ("wrong", "test_failed", Remedy.SELF_TEST)
    since = replace(failed, evidence=replace(EVIDENCE, delivered_at=NOON + timedelta(seconds=9)))
    assert told(since, PointId.ADDRESS)[:2] == ("done", "delivered")


def test_a_test_of_another_address_or_an_old_delivery_proves_nothing() -> None:
    old = evidence(delivered_at=NOON - timedelta(days=2))
    elsewhere = replace(old, self_test=probed(url="https://other.ngrok.app"))
    assert told(elsewhere, PointId.ADDRESS) == ("unknown", "not_tested", Remedy.SELF_TEST)


@pytest.mark.parametrize(
    ("tunnel", "expected"),
    [
        (TunnelState(TunnelStatus.STARTING), ("unknown", "tunnel_starting", None)),
        (
            TunnelState(TunnelStatus.FAILED, code="tunnel_token"),
            ("wrong", "tunnel_failed", Remedy.TUNNEL_SETTINGS),
        ),
        (TunnelState(TunnelStatus.RETRYING), ("wrong", "tunnel_retrying", Remedy.TUNNEL_SETTINGS)),
        (
            TunnelState(TunnelStatus.ONLINE, URL, "tunnel_offline"),
            ("wrong", "tunnel_disturbed", Remedy.SELF_TEST),
        ),
    ],
)
def test_the_tunnel(tunnel: TunnelState, expected: tuple[str, str, Remedy | None]) -> None:
    assert told(at(tunnel=tunnel), PointId.ADDRESS) == expected


def test_a_listener_that_is_off() -> None:
    off = replace(ALL_WELL, reception=replace(RECEPTION, port=None))
    assert told(off, PointId.ADDRESS) == ("wrong", "no_listener", Remedy.RESTART)


def test_by_hand_what_is_delivered_proves_the_way() -> None:
    own = replace(ALL_WELL, reception=replace(RECEPTION, address=AddressState()))
    for id_ in (PointId.ADDRESS, PointId.ENDPOINT):
        assert told(own, id_) == ("done", "delivered", None)
    assert told(own, PointId.EVENTS)[:2] == ("done", "seen")


def test_polling_counts_only_while_it_works() -> None:
    webhook = (PointId.ADDRESS, PointId.ENDPOINT, PointId.EVENTS, PointId.SECRET)
    for id_ in webhook:
        assert told(POLLING, id_) == ("not_needed", "polling", None)
    offline = replace(FETCHED, last=CatchUpResult(trouble=StripeRefused(StripeRefusal.NO_NET)))
    for id_ in (*webhook, PointId.ANSWERS):
        assert told(fetching(offline, POLLING), id_) == ("wrong", "polling_fails", Remedy.FETCH)


def test_neither_tunnel_nor_key_is_no_way() -> None:
    reception = replace(POLLING.reception, polling=False)
    none = replace(POLLING, keys=replace(LIVE_KEYS, secret=""), reception=reception)
    assert told(none, PointId.ADDRESS) == ("open", "no_way", Remedy.CONNECT)
    demo = replace(none, reception=replace(reception, address=None, catch_up=None))
    assert told(demo, PointId.ADDRESS) == ("unknown", "never_here", None)
    assert told(demo, PointId.CATCH_UP) == ("unknown", "never_here", None)


def test_the_answers() -> None:
    quick = point(ALL_WELL, PointId.ANSWERS)
    assert (quick.reason, quick.values["slowest_ms"], quick.at) == ("quick", 6.2, EARLIER)
    slow = evidence(answers=AnswerTimes(3, 5000.0, EARLIER))
    assert told(slow, PointId.ANSWERS) == ("wrong", "slow", Remedy.SELF_TEST)
    none = evidence(answers=None)
    assert told(none, PointId.ANSWERS) == ("unknown", "not_measured", Remedy.SELF_TEST)
    assert told(replace(none, self_test=probed()), PointId.ANSWERS)[:2] == ("done", "tested")
    slow_test = replace(none, self_test=probed(ms=6100))
    assert told(slow_test, PointId.ANSWERS)[:2] == ("wrong", "slow")
    # The books do not tell it, and doctor does not say that nothing was answered.
    assert told(replace(none, outside=True), PointId.ANSWERS) == ("unknown", "not_seen", None)


# --- notices, payment, clock, catch-up -----------------------------------------------------


def test_the_notices() -> None:
    assert told(ALL_WELL, PointId.NOTICES) == ("done", "no_failure", None)
    assert told(evidence(failed_at=EARLIER), PointId.NOTICES) == ("done", "window", None)
    assert told(evidence(failures_untold=2), PointId.NOTICES)[:2] == ("wrong", "untold")

    mail = evidence(mail_on=True, failed_at=EARLIER)
    assert told(mail, PointId.NOTICES) == ("done", "mail", None)
    waits = replace(EVIDENCE, mail_on=True, mail_waits_since=NOON - timedelta(minutes=16))
    stuck = replace(ALL_WELL, evidence=waits)
    assert told(stuck, PointId.NOTICES) == ("wrong", "mail_waits", Remedy.MAIL)
    assert told(evidence(mail_on=True, mail_waits_since=EARLIER), PointId.NOTICES)[0] == "done"


def test_the_payment() -> None:
    one = point(ALL_WELL, PointId.PAYMENT)
    assert (one.reason, one.values["number"], one.at) == ("delivered", "RE-2026-0118", EARLIER)
    assert told(evidence(payment=None), PointId.PAYMENT) == ("open", "none", Remedy.INVOICES)
    simulated = evidence(payment=None, simulated_at=EARLIER)
    assert told(simulated, PointId.PAYMENT) == ("open", "only_simulated", Remedy.INVOICES)
    fetched = evidence(payment=replace(PAYMENT, source=Source.CATCH_UP))
    assert told(fetched, PointId.PAYMENT)[:2] == ("open", "only_fetched")
    assert told(POLLING, PointId.PAYMENT)[:2] == ("done", "fetched")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, ("done", "right", None)),
        (-119.0, ("done", "right", None)),
        (120.0, ("wrong", "behind", Remedy.MEASURE)),
        (-7200.0, ("wrong", "ahead", Remedy.MEASURE)),
    ],
)
def test_the_clock(seconds: float, expected: tuple[str, str, Remedy | None]) -> None:
    facts = replace(ALL_WELL, clock=ClockOffset(seconds, EARLIER))
    assert told(facts, PointId.CLOCK) == expected


@pytest.mark.parametrize(
    ("kind", "id_"),
    [
        (TroubleKind.DELIVERIES_MISSING, PointId.ADDRESS),
        (TroubleKind.QUOTA_USED_UP, PointId.ADDRESS),
        (TroubleKind.ANSWERS_SLOW, PointId.ANSWERS),
        (TroubleKind.CLOCK_WRONG, PointId.CLOCK),
    ],
)
def test_a_recognised_trouble_makes_its_point_wrong(kind: TroubleKind, id_: PointId) -> None:
    troubled = replace(ALL_WELL, reception=replace(RECEPTION, troubles=(Trouble(kind),)))
    wrong = [one.id for one in checklist(troubled) if one.state is PointState.WRONG]
    assert wrong == [id_]


def test_a_clock_that_was_never_compared() -> None:
    unknown = replace(ALL_WELL, clock=None)
    assert told(unknown, PointId.CLOCK) == ("unknown", "not_measured", Remedy.MEASURE)
    keyless = replace(unknown, keys=replace(LIVE_KEYS, secret=""))
    assert told(keyless, PointId.CLOCK)[2] is None


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (FETCHED, ("done", "runs", None)),
        (CatchUpState(), ("unknown", "not_yet", Remedy.FETCH)),
        (
            replace(FETCHED, completed_at=NOON - timedelta(minutes=26)),
            ("wrong", "late", Remedy.FETCH),
        ),
        (
            replace(FETCHED, last=CatchUpResult(trouble=StripeRefused(StripeRefusal.NO_NET))),
            ("wrong", "fails", Remedy.FETCH),
        ),
    ],
)
def test_the_catch_up(state: CatchUpState, expected: tuple[str, str, Remedy | None]) -> None:
    assert told(fetching(state), PointId.CATCH_UP) == expected


def test_the_interval_follows_the_tunnel() -> None:
    assert point(ALL_WELL, PointId.CATCH_UP).values["seconds"] == 600.0
    assert point(POLLING, PointId.CATCH_UP).values["seconds"] == 30.0
    six_minutes = NOON - timedelta(minutes=6)
    late = fetching(replace(FETCHED, completed_at=six_minutes), POLLING)
    assert told(late, PointId.CATCH_UP)[1] == "late"
    keyless = replace(ALL_WELL, keys=replace(LIVE_KEYS, secret=""))
    assert told(keyless, PointId.CATCH_UP) == ("open", "no_key", Remedy.CONFIGURE)
