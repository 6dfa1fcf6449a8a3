"""Offices to judge by the production checklist."""

from dataclasses import replace
from datetime import timedelta

from tests.factories import LIVE_KEYS, NOON
from workmate_desktop.domain.clock import ClockOffset
from workmate_desktop.domain.connection.tunnel import TunnelState, TunnelStatus
from workmate_desktop.domain.reception.evidence import AnswerTimes, Evidence, SeenPayment
from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.events import PAYMENT_FAILED, PAYMENT_SUCCEEDED, Source
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.services.catch_up.catch_up import CatchUpResult
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.connection.endpoint import EndpointState
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.services.reception.checklist_facts import ChecklistFacts
from workmate_desktop.services.reception.reception import ReceptionState, ReceptionStatus

URL = "https://office.ngrok-free.dev"
EARLIER = NOON - timedelta(minutes=3)
ACCOUNT = AccountInfo("acct_1QKx9aLkdIwHu7ix", "KIT Solutions", livemode=True)
ENDPOINT = EndpointState("we_1", f"{URL}/api/backoffice/finance/stripe/webhook", True, seen_at=NOON)
ONLINE = TunnelState(TunnelStatus.ONLINE, URL)
ADDRESS = AddressState(ONLINE, ENDPOINT, automatic=True, has_token=True)
FETCHED = CatchUpState(last=CatchUpResult(complete=True), completed_at=EARLIER)
RECEPTION = ReceptionState(
    ReceptionStatus.READY,
    port=8000,
    local_url="http://127.0.0.1:8000/api/backoffice/finance/stripe/webhook",
    public_url=URL,
    catch_up=FETCHED,
    address=ADDRESS,
)
PAYMENT = SeenPayment(EARLIER, Source.WEBHOOK, "RE-2026-0118", 119000, "eur")
EVIDENCE = Evidence(
    delivered_at=EARLIER,
    delivered_types=frozenset({PAYMENT_SUCCEEDED, PAYMENT_FAILED}),
    payment=PAYMENT,
    answers=AnswerTimes(3, 6.2, EARLIER),
)
ALL_WELL = ChecklistFacts(
    NOON, LIVE_KEYS, RECEPTION, EVIDENCE, account=ACCOUNT, clock=ClockOffset(0.0, EARLIER)
)
"""Live money through the tunnel."""
POLLING = replace(
    ALL_WELL,
    reception=ReceptionState(
        ReceptionStatus.POLLING,
        port=8000,
        polling=True,
        catch_up=replace(FETCHED, polling=True),
        address=AddressState(),
    ),
    evidence=Evidence(payment=replace(PAYMENT, source=Source.POLL)),
)
"""No tunnel, no webhook: Stripe is asked."""
FRESH = ChecklistFacts(
    NOON,
    StripeKeys(),
    ReceptionState(
        ReceptionStatus.NO_SECRET, port=8000, catch_up=CatchUpState(), address=AddressState()
    ),
)
"""Just installed: nothing is done, and nothing is broken."""
