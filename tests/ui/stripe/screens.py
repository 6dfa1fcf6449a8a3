"""The Stripe tab with believable content, for pictures (tests/screenshots.py)."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from tests.services.reception.checklist_facts import (
    ADDRESS,
    ALL_WELL,
    EARLIER,
    ENDPOINT,
    EVIDENCE,
    FRESH,
    POLLING,
    RECEPTION,
)
from tests.ui.fakes import FakeBridge, FakeClock
from tests.ui.stripe.fakes import (
    PUBLISHABLE,
    SECRET,
    TEST_KEYS,
    FakeChecklist,
    FakeReceive,
    FakeReception,
    FakeSetup,
    FakeStripeBooks,
    event,
)
from workmate_desktop.domain.clock import ClockOffset
from workmate_desktop.domain.reception.troubles import Trouble, TroubleKind
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.events import Outcome, Source
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.services.reception.checklist_facts import ChecklistFacts
from workmate_desktop.services.reception.reception import ReceptionState, ReceptionStatus
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.tab import StripeTab

DISTURBED = replace(
    ALL_WELL,
    keys=TEST_KEYS,
    clock=ClockOffset(-7380.0, EARLIER),
    reception=replace(
        RECEPTION,
        trouble="secret_mismatch",
        troubles=(Trouble(TroubleKind.SECRET_MISMATCH),),
        address=replace(ADDRESS, endpoint=replace(ENDPOINT, enabled=False)),
    ),
    evidence=replace(EVIDENCE, payment=None, simulated_at=EARLIER),
)
ACCOUNT = AccountInfo("acct_1QKx9aLkdIwHu7ix", "KIT Solutions", livemode=False)


def picture_books() -> FakeStripeBooks:
    """The events of stripe.png, and two more kinds."""
    books = FakeStripeBooks()
    books.add_events(
        event(58),
        event(57, Outcome.DUPLICATE, answer_ms=2.1),
        event(
            44,
            Outcome.FAILURE_RECORDED,
            label="RE-2026-0117",
            amount=47600,
            answer_ms=5.0,
            decline_code="insufficient_funds",
            failure_code="card_declined",
            method="card",
        ),
        event(
            3,
            Outcome.NEEDS_REVIEW,
            label=None,
            amount=8900,
            answer_ms=4.4,
            reason="no_invoice",
            status="succeeded",
            method="card",
        ),
        event(2, source=Source.CATCH_UP, label="RE-2026-0114", amount=357000, answer_ms=None),
        event(1, source=Source.SIMULATION, label="TEST-2026-0003", amount=29750, minutes_ago=1500),
        replace(
            event(0, Outcome.IGNORED, label=None, amount=None, minutes_ago=3000),
            type="customer.created",
            detail={"reason": "unknown_type"},
        ),
    )
    return books


def tab(
    theme: Theme,
    books: FakeStripeBooks,
    setup: FakeSetup,
    state: ReceptionState | None = None,
    facts: ChecklistFacts = ALL_WELL,
) -> StripeTab:
    """A tab with everything faked around it."""
    bridge = FakeBridge()
    reception = FakeReception() if state is None else FakeReception(state)
    made = StripeTab(
        theme,
        setup,
        books,
        FakeReceive(books),
        reception,
        bridge,
        FakeClock(),
        checklist=FakeChecklist(facts),
    )
    bridge.setParent(made)
    return made


def empty(theme: Theme) -> QWidget:
    """stripe-leer.png."""
    return tab(theme, FakeStripeBooks(), FakeSetup())


def filled(theme: Theme) -> QWidget:
    """stripe.png, with one event selected."""
    made = tab(theme, picture_books(), FakeSetup(keys=TEST_KEYS, account=ACCOUNT))
    made.set_simulation_available(True)
    made.show_event("evt_00003")
    return made


def all_done(theme: Theme) -> QWidget:
    """As stripe.png, in live mode: every point is ticked."""
    made = tab(theme, picture_books(), FakeSetup(keys=TEST_KEYS, account=ACCOUNT), RECEPTION)
    made.set_simulation_available(True)
    return made


def polled(theme: Theme) -> QWidget:
    """Stripe is asked: what a webhook would need is not needed."""
    keys = StripeKeys(PUBLISHABLE, SECRET)
    return tab(theme, picture_books(), FakeSetup(keys=keys), POLLING.reception, POLLING)


def all_open(theme: Theme) -> QWidget:
    """Keys are there, and everything else is still to be done."""
    return tab(theme, picture_books(), FakeSetup(keys=TEST_KEYS, account=ACCOUNT), facts=FRESH)


def disturbed(theme: Theme) -> QWidget:
    """Some points are done, some open, some wrong."""
    return tab(
        theme, picture_books(), FakeSetup(keys=TEST_KEYS, account=ACCOUNT), RECEPTION, DISTURBED
    )


def step_fails(theme: Theme) -> QWidget:
    """The daily comparison lacks a right of the key."""
    refused = StepState(
        failing_since=EARLIER, failures=3, trouble="stripe_no_right", right="rak_charge_read"
    )
    facts = replace(ALL_WELL, steps={StepName.COMPARISON: refused})
    setup = FakeSetup(keys=TEST_KEYS, account=ACCOUNT)
    return tab(theme, picture_books(), setup, RECEPTION, facts)


def trouble(theme: Theme) -> QWidget:
    """Everything that can be wrong at once, and no event yet."""
    setup = FakeSetup(keys=StripeKeys(PUBLISHABLE), trouble="keychain_locked")
    state = ReceptionState(
        ReceptionStatus.DISTURBED,
        port=8001,
        local_url="http://127.0.0.1:8001/api/backoffice/finance/stripe/webhook",
        trouble="secret_mismatch",
        port_moved=True,
        refused={"wrong": 3, "missing": 1},
    )
    return tab(theme, FakeStripeBooks(), setup, state)
