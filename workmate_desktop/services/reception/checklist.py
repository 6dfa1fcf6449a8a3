"""The production checklist: the eight points of the guide, the clock, and the catch-up.

`checklist(facts)` is a pure function: what is known goes in, ten points come out. Each point is
true by evidence (an answer of Stripe, a delivery, a measurement), never by a setting that somebody
ticked. Where nobody posts here, because Stripe is asked every 30 s (`Way.POLLING`), the points
about the webhook are not needed for the reason `polling` as long as the asking works, and say so.

Codes only; the German words stand in words/checklist_texts.py.
"""

from collections.abc import Mapping
from datetime import timedelta

from workmate_desktop.domain.connection.tunnel import TunnelStatus
from workmate_desktop.domain.reception.checklist import Point, PointId, PointState, Remedy
from workmate_desktop.domain.reception.troubles import TroubleKind
from workmate_desktop.domain.stripe.account import AccountInfo, StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import (
    PAYMENT_FAILED,
    PAYMENT_SUCCEEDED,
    SUBSCRIBED_TYPES,
    Source,
)
from workmate_desktop.domain.stripe.keys import StripeKeys, mask
from workmate_desktop.services.catch_up.catch_up_keeper import POLL_SECONDS, REGULAR_SECONDS
from workmate_desktop.services.connection.endpoint import EndpointState
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.services.reception.checklist_facts import ChecklistFacts, Way, step_values
from workmate_desktop.services.reception.troubles import CLOCK_SECONDS

ANSWER_LIMIT_MS = 5000.0
"""The guide: Stripe wants its answer within 5 seconds."""
_MAIL_LATE = timedelta(minutes=15)
"""A mail server may be away for a moment; then the mail goes out by itself."""
_LATE = {POLL_SECONDS: timedelta(minutes=5), REGULAR_SECONDS: timedelta(minutes=25)}
"""So long after the last time that Stripe was asked something is wrong, by interval."""
_NEEDED = frozenset({PAYMENT_SUCCEEDED, PAYMENT_FAILED})
"""The two of the guide; the others come with some payments only."""
_ALL_TYPES: Mapping[str, object] = {"count": len(SUBSCRIBED_TYPES)}
_ONLY_A_PERSON_HELPS = frozenset(
    {StripeRefusal.WRONG_KEY, StripeRefusal.REVOKED, StripeRefusal.NO_RIGHT}
)

_DONE, _OPEN = PointState.DONE, PointState.OPEN
_WRONG, _UNKNOWN = PointState.WRONG, PointState.UNKNOWN
_NOT_NEEDED = PointState.NOT_NEEDED


def checklist(facts: ChecklistFacts) -> tuple[Point, ...]:
    """All points, in the order of PointId."""
    return (
        _live_keys(facts),
        _endpoint(facts),
        _events(facts),
        _secret(facts),
        _address(facts),
        _answers(facts),
        _notices(facts),
        _payment(facts),
        _clock(facts),
        _catch_up(facts),
    )


# --- the keys ------------------------------------------------------------------------------


def _live_keys(facts: ChecklistFacts) -> Point:
    keys, account = facts.keys, facts.account
    values = {"account": account.name or account.id} if account else {}

    def point(state: PointState, reason: str, remedy: Remedy | None = Remedy.CONFIGURE) -> Point:
        return Point(PointId.LIVE_KEYS, state, reason, remedy, values=values)

    refused = facts.fetch_trouble
    if facts.keys_trouble is not None:
        return point(_WRONG, "unreadable")
    if isinstance(refused, StripeRefused) and refused.kind in _ONLY_A_PERSON_HELPS:
        return point(_WRONG, f"key_{refused.kind.value}")
    if not keys.publishable and not keys.secret:
        return point(_OPEN, "no_keys")
    if not keys.publishable or not keys.secret:
        return point(_OPEN, "no_secret_key" if keys.publishable else "no_publishable_key")
    if _of_two_accounts(keys, account):
        return point(_WRONG, "two_accounts")
    if not keys.livemode:
        return point(_OPEN, "test_mode")
    if account is None and facts.asked_at is None:
        return point(_UNKNOWN, "not_tested")
    return point(_DONE, "live" if account else "live_unnamed", None)


def _of_two_accounts(keys: StripeKeys, account: AccountInfo | None) -> bool:
    """Whether the keys are of different accounts.

    Stripe's keys hold the id of their account: acct_1QKx… → sk_live_51QKx…. That is documented
    nowhere, so it counts only where the secret key and the account that Stripe named for it show
    that it is so.
    """
    if account is None or not account.id.startswith("acct_") or len(account.id) < 15:
        return False
    start = "5" + account.id.removeprefix("acct_")
    secret, publishable = (key.split("_", 2)[-1] for key in (keys.secret, keys.publishable))
    return secret.startswith(start) and not publishable.startswith(start)


# --- the webhook at Stripe -----------------------------------------------------------------


def _endpoint(facts: ChecklistFacts) -> Point:
    id_ = PointId.ENDPOINT
    elsewhere = _not_by_tunnel(facts, id_)
    if elsewhere is not None:
        return elsewhere
    address = facts.address
    here = address.endpoint
    if here is not None and not here.enabled:
        return _about(here, id_, _WRONG, "disabled", Remedy.ENABLE)
    if here is not None and not here.address_right:
        return _about(here, id_, _WRONG, "other_address", Remedy.ARRANGE)
    if here is not None:
        return _about(here, id_, _DONE, "arranged")
    return _without_endpoint(facts, id_, address)


def _events(facts: ChecklistFacts) -> Point:
    id_ = PointId.EVENTS
    elsewhere = _not_by_tunnel(facts, id_)
    if elsewhere is not None:
        return _seen_types(facts) if elsewhere.reason == "delivered" else elsewhere
    address = facts.address
    here = address.endpoint
    if here is not None and not here.events_right:
        return _about(here, id_, _WRONG, "other_events", Remedy.ARRANGE)
    if here is not None:
        return Point(id_, _DONE, "subscribed", at=here.seen_at, values=_ALL_TYPES)
    point = _without_endpoint(facts, id_, address)
    return _seen_types(facts) if point.reason == "delivered" else point


def _seen_types(facts: ChecklistFacts) -> Point:
    """Set up by hand: what Stripe would send cannot be asked, only what it has sent be seen."""
    seen = [one for one in SUBSCRIBED_TYPES if one in facts.evidence.delivered_types]
    complete = facts.evidence.delivered_types >= _NEEDED
    return Point(
        PointId.EVENTS,
        _DONE if complete else _UNKNOWN,
        "seen" if complete else "seen_some",
        at=facts.evidence.delivered_at,
        values={"types": ", ".join(seen)},
    )


def _secret(facts: ChecklistFacts) -> Point:
    """A delivery that Stripe signed is the only proof: what we sign ourselves proves nothing."""
    id_, evidence = PointId.SECRET, facts.evidence
    address = facts.reception.address
    online = address is not None and address.tunnel.status is TunnelStatus.ONLINE
    own = Remedy.ARRANGE if online and facts.keys.secret else Remedy.ENTER_SECRET
    values = {"key": ", ".join(map(mask, facts.keys.webhook_secrets))}
    here = address.endpoint if address else None
    if facts.keys_trouble is not None:
        return Point(id_, _WRONG, "unreadable", Remedy.CONFIGURE)
    if TroubleKind.SECRET_MISMATCH in facts.troubles:
        return Point(id_, _WRONG, "mismatch", own, values=values)
    if here is not None and not here.secret_known:
        return Point(id_, _WRONG, "unknown_secret", Remedy.ARRANGE, values=values)
    if not facts.keys.can_receive and (facts.way is not Way.POLLING or not facts.running):
        return Point(id_, _OPEN, "missing", own)
    if facts.keys.can_receive and evidence.delivered_at is not None:
        return Point(id_, _DONE, "verified", at=evidence.delivered_at, values=values)
    if facts.way is Way.POLLING:
        return _by_polling(facts, id_)
    return Point(id_, _UNKNOWN, "no_delivery", values=values)


def _without_endpoint(facts: ChecklistFacts, id_: PointId, address: AddressState) -> Point:
    """The tunnel is wanted, but no endpoint of ours is known."""
    if address.tunnel.status is not TunnelStatus.ONLINE:
        return Point(id_, _UNKNOWN, "waits_for_tunnel")
    if address.arranging:
        return Point(id_, _UNKNOWN, "arranging")
    if facts.delivered_lately:  # somebody has entered the address at Stripe by hand
        return Point(id_, _DONE, "delivered", at=facts.evidence.delivered_at)
    if facts.outside:
        return Point(id_, _UNKNOWN, "not_asked")
    if not facts.keys.secret:
        return Point(id_, _OPEN, "not_arranged", Remedy.CONFIGURE)
    if address.trouble is not None:
        return Point(id_, _WRONG, "not_arranged", Remedy.ARRANGE)
    return Point(id_, _OPEN, "not_arranged", Remedy.ARRANGE)


def _about(
    here: EndpointState,
    id_: PointId,
    state: PointState,
    reason: str,
    remedy: Remedy | None = None,
) -> Point:
    return Point(id_, state, reason, remedy, at=here.seen_at, values={"url": here.url})


# --- the way from outside ------------------------------------------------------------------


def _address(facts: ChecklistFacts) -> Point:
    id_ = PointId.ADDRESS
    elsewhere = _not_by_tunnel(facts, id_)
    if elsewhere is not None:
        return elsewhere
    tunnel = facts.address.tunnel
    if tunnel.status is TunnelStatus.STARTING:
        return Point(id_, _UNKNOWN, "tunnel_starting")
    if tunnel.status is not TunnelStatus.ONLINE:
        failed = tunnel.status is TunnelStatus.FAILED
        # Never Tunnel verbinden: it is switched on, and beside this stands Tunnel trennen.
        reason = "tunnel_failed" if failed else "tunnel_retrying"
        return Point(id_, _WRONG, reason, Remedy.TUNNEL_SETTINGS)
    url = {"url": tunnel.public_url or ""}
    if tunnel.code is not None:
        return Point(id_, _WRONG, "tunnel_disturbed", Remedy.SELF_TEST, values=url)
    for trouble in (TroubleKind.QUOTA_USED_UP, TroubleKind.DELIVERIES_MISSING):
        if trouble in facts.troubles:
            return Point(id_, _WRONG, trouble.value, Remedy.SELF_TEST, values=url)
    tested, delivered = facts.self_test_here, facts.evidence.delivered_at
    if tested is not None and (delivered is None or delivered < tested.at):
        if not tested.passed:
            return Point(id_, _WRONG, "test_failed", Remedy.SELF_TEST, tested.at, url)
        values = {**url, "milliseconds": tested.milliseconds or 0.0}
        return Point(id_, _DONE, "tested", None, tested.at, values)
    if facts.delivered_lately:
        return Point(id_, _DONE, "delivered", None, delivered, url)
    return Point(id_, _UNKNOWN, "not_tested", Remedy.SELF_TEST, values=url)


def _answers(facts: ChecklistFacts) -> Point:
    id_, answers, tested = PointId.ANSWERS, facts.evidence.answers, facts.self_test
    if answers is not None:
        slow = answers.slowest_ms >= ANSWER_LIMIT_MS or TroubleKind.ANSWERS_SLOW in facts.troubles
        values = {"count": answers.count, "slowest_ms": answers.slowest_ms}
        remedy = Remedy.SELF_TEST if slow else None
        state = _WRONG if slow else _DONE
        return Point(id_, state, "slow" if slow else "quick", remedy, answers.last_at, values)
    if tested is not None and tested.passed and tested.milliseconds is not None:
        slow = tested.milliseconds >= ANSWER_LIMIT_MS
        values = {"slowest_ms": tested.milliseconds}
        remedy = Remedy.SELF_TEST if slow else None
        state = _WRONG if slow else _DONE
        return Point(id_, state, "slow" if slow else "tested", remedy, tested.at, values)
    if facts.way is Way.POLLING:
        return _by_polling(facts, id_)
    if facts.outside:
        return Point(id_, _UNKNOWN, "not_seen")
    can_test = facts.keys.can_receive and facts.reception.address is not None
    return Point(id_, _UNKNOWN, "not_measured", Remedy.SELF_TEST if can_test else None)


def _not_by_tunnel(facts: ChecklistFacts, id_: PointId) -> Point | None:
    """What holds for a point about the way from outside, unless our own tunnel is wanted."""
    if not facts.running:
        return Point(id_, _UNKNOWN, "not_running", at=facts.evidence.delivered_at)
    match facts.way:
        case Way.TUNNEL if facts.reception.port is None:
            return Point(id_, _WRONG, "no_listener", Remedy.RESTART)
        case Way.TUNNEL:
            return None
        case Way.BY_HAND:
            return Point(id_, _DONE, "delivered", at=facts.evidence.delivered_at)
        case Way.POLLING:
            return _by_polling(facts, id_)
        case _ if facts.reception.address is None:
            return Point(id_, _UNKNOWN, "never_here")
        case _:
            return Point(id_, _OPEN, "no_way", Remedy.CONNECT)


def _by_polling(facts: ChecklistFacts, id_: PointId) -> Point:
    """Nothing needs to come from outside as long as Stripe is asked instead."""
    asked = _fetching(facts)
    if asked.state is _DONE:
        return Point(id_, _NOT_NEEDED, "polling")
    return Point(id_, asked.state, "polling_fails", asked.remedy, asked.at)


# --- what happens with it ------------------------------------------------------------------


def _notices(facts: ChecklistFacts) -> Point:
    id_, evidence = PointId.NOTICES, facts.evidence
    if evidence.failures_untold:
        values = {"count": evidence.failures_untold}
        return Point(id_, _WRONG, "untold", None, evidence.failed_at, values)
    waits = evidence.mail_waits_since
    if evidence.mail_on and waits is not None and facts.now - waits > _MAIL_LATE:
        return Point(id_, _WRONG, "mail_waits", Remedy.MAIL, waits)
    if evidence.failed_at is None:
        return Point(id_, _DONE, "no_failure_mail" if evidence.mail_on else "no_failure")
    return Point(id_, _DONE, "mail" if evidence.mail_on else "window", at=evidence.failed_at)


def _payment(facts: ChecklistFacts) -> Point:
    id_, seen = PointId.PAYMENT, facts.evidence.payment
    live: Mapping[str, object] = {"livemode": facts.keys.livemode is True}
    if seen is None:
        simulated = facts.evidence.simulated_at
        reason = "only_simulated" if simulated is not None else "none"
        return Point(id_, _OPEN, reason, Remedy.INVOICES, simulated, live)
    values = {
        **live,
        "number": seen.number,
        "amount_minor": seen.amount_minor,
        "currency": seen.currency,
    }
    fetched = seen.source is not Source.WEBHOOK
    if fetched and facts.way in (Way.TUNNEL, Way.BY_HAND):
        return Point(id_, _OPEN, "only_fetched", Remedy.INVOICES, seen.at, values)
    return Point(id_, _DONE, "fetched" if fetched else "delivered", None, seen.at, values)


def _clock(facts: ChecklistFacts) -> Point:
    id_, measured = PointId.CLOCK, facts.clock
    remedy = Remedy.MEASURE if facts.can_fetch else None
    if measured is not None and abs(measured.seconds) >= CLOCK_SECONDS:
        reason = "behind" if measured.seconds > 0 else "ahead"
        return Point(id_, _WRONG, reason, remedy, measured.at, {"seconds": measured.seconds})
    if TroubleKind.CLOCK_WRONG in facts.troubles:  # only the deliveries show it
        return Point(id_, _WRONG, "must_be_wrong", remedy)
    if measured is None:
        return Point(id_, _UNKNOWN, "not_measured", remedy)
    return Point(id_, _DONE, "right", None, measured.at, {"seconds": measured.seconds})


def _catch_up(facts: ChecklistFacts) -> Point:
    """Fetched is not all: what else asks Stripe must work, too."""
    point, failing = _fetching(facts), facts.failing_step
    if failing is None or point.state not in (_DONE, _UNKNOWN) or point.reason == "never_here":
        return point
    name, state = failing
    remedy = Remedy.CONFIGURE if state.needs_a_person else Remedy.FETCH
    values = step_values(name, state)
    return Point(point.id, _WRONG, "step_fails", remedy, state.failing_since, values)


def _fetching(facts: ChecklistFacts) -> Point:
    id_, trouble = PointId.CATCH_UP, facts.fetch_trouble
    every = POLL_SECONDS if facts.reception.polling else REGULAR_SECONDS
    values = {"seconds": every}
    asked = facts.asked_at
    if facts.reception.catch_up is None and not facts.outside:
        return Point(id_, _UNKNOWN, "never_here")
    if not facts.keys.secret:
        return Point(id_, _OPEN, "no_key", Remedy.CONFIGURE)
    if trouble is not None:
        person = isinstance(trouble, StripeRefused) and trouble.kind in _ONLY_A_PERSON_HELPS
        remedy = Remedy.CONFIGURE if person else Remedy.FETCH
        return Point(id_, _WRONG, "fails", remedy, asked, values)
    if not facts.running:
        return Point(id_, _UNKNOWN, "not_running", None, asked)
    if asked is None:
        return Point(id_, _UNKNOWN, "not_yet", Remedy.FETCH, None, values)
    # The books say it every ten minutes only.
    late = _LATE[REGULAR_SECONDS if facts.outside else every]
    if facts.stripe_now - asked > late:
        return Point(id_, _WRONG, "late", Remedy.FETCH, asked, values)
    return Point(id_, _DONE, "runs", None, asked, values)
