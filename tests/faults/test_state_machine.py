"""FAULTS E: hypothesis looks for the shortest life of invoices at which books and model disagree.

Long: `python3 run.py faults --long -k state_machine` (1,000 lives of up to 40 steps).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.factories import (
    NOON,
    OfficeBooks,
    customer,
    draft,
    encoded,
    event_body,
    make_books,
    sign,
)
from tests.faults.lengths import runs
from tests.faults.reversal_model import FullModel
from tests.reversal_events import refund_event
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.gateways.stripe.webhook import parse

TOTAL = 11900
INVOICES = 3
INTENTS = st.fixed_dictionaries(
    {
        "invoice": st.integers(0, INVOICES),  # the last one is an invoice that nobody has
        "amount": st.sampled_from([1, 5950, TOTAL - 1, TOTAL, TOTAL + 1]),
        "currency": st.sampled_from(["eur", "eur", "eur", "usd"]),
    }
)
TIMES = st.integers(0, 10_000)
ANY = st.integers(0, 1000)
"""Which one of those that there are, counted round."""


@pytest.fixture(scope="module")
def shared_books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeBooks]:
    """One database for all lives: each has invoices of its own."""
    made = make_books(tmp_path_factory.mktemp("machine"))
    yield made
    made.close()


class Life(RuleBasedStateMachine):
    """Webhook and catch-up bring payments, failures and refunds; staff cancel."""

    def __init__(self, office: OfficeBooks, customer_id: str, number: int) -> None:
        super().__init__()
        self.office = office
        self.customer_id = customer_id
        self.stamp = f"life{number}x"
        self.ids: list[str] = []
        self.model = FullModel({})
        self.intents: list[dict[str, Any]] = []
        self.sent: list[tuple[dict[str, Any], bytes]] = []
        """(what the model takes, what Stripe sent)"""

    @initialize()
    def some_invoices(self) -> None:
        issue = self.office.invoicing.issue
        futures = [issue(draft(self.customer_id)) for _ in range(INVOICES)]
        self.ids = [future.result(PATIENCE) for future in futures]
        for key in self.ids:
            self.model.invoices[key] = {"state": "issued", "total": TOTAL, "currency": "eur"}

    @rule(
        which=ANY,
        begun=INTENTS,
        kind=st.sampled_from(["succeeded", "failed"]),
        at=TIMES,
        webhook=st.booleans(),
    )
    def tell_of_a_payment(
        self, which: int, begun: dict[str, Any], kind: str, at: int, webhook: bool
    ) -> None:
        """It failed, or succeeded; perhaps not for the first time."""
        about = self._intent(which, begun)
        told = {**about, "id": f"evt_{self.stamp}{len(self.sent)}", "kind": kind, "at": at}
        body = event_body(
            about["invoice"],
            amount=about["amount"],
            currency=about["currency"],
            failed="generic_decline" if kind == "failed" else None,
            event_id=told["id"],
            intent_id=about["intent"],
            created=NOON + timedelta(seconds=at),
        )
        self.sent.append((told, encoded(body)))
        self._deliver(told, encoded(body), webhook=webhook)

    @rule(which=ANY, begun=INTENTS, half=st.booleans(), webhook=st.booleans())
    def refund(self, which: int, begun: dict[str, Any], half: bool, webhook: bool) -> None:
        """Also of a payment that was not told yet."""
        about = self._intent(which, begun)
        left = about["amount"] - about["back"]
        if not left or about["currency"] != "eur":
            return
        part = max(1, left // 2) if half else left
        about["back"] += part
        refund = f"re_{self.stamp}{len(self.sent)}"
        event_id = f"evt_{self.stamp}{len(self.sent)}"
        body = refund_event(about["intent"], part, refund_id=refund, event_id=event_id)
        told = {"id": event_id, "kind": "refund", "intent": about["intent"]}
        told |= {"refund": refund, "amount": part}
        self.sent.append((told, encoded(body)))
        self._deliver(told, encoded(body), webhook=webhook)

    @precondition(lambda self: self.sent)
    @rule(which=ANY, webhook=st.booleans())
    def tell_again(self, which: int, webhook: bool) -> None:
        """Stripe repeats itself, and catch-up finds what the webhook brought."""
        told, raw = self.sent[which % len(self.sent)]
        self._deliver(told, raw, webhook=webhook)

    @precondition(lambda self: any(self._untouched()))
    @rule(which=ANY)
    def cancel(self, which: int) -> None:
        """Money that comes for it later waits for staff."""
        untouched = self._untouched()
        key = untouched[which % len(untouched)]
        self.office.invoicing.cancel(key, "Doppelt").result(PATIENCE)
        self.model.invoices[key]["state"] = "cancelled"

    @invariant()
    def books_equal_the_model(self) -> None:
        for key in self.ids:
            row = self.office.books.invoice_row(key)
            assert row is not None
            assert (row.status.value, row.paid_minor) == self.model.sums(key)[:2]
            if not self._went_back(key):
                assert row.payment_failed == self.model.failed_marker(key)

    @invariant()
    def money_is_booked_once(self) -> None:
        found = self.office.rows(
            "SELECT stripe_payment_intent_id, invoice_id, amount_minor FROM payments"
            " WHERE stripe_payment_intent_id LIKE ? AND reversal_of IS NULL",
            f"pi_{self.stamp}%",
        )
        assert len(found) == len(self.model.money)
        assert {intent: (to, amount) for intent, to, amount in found} == self.model.money

    # --- inside ----------------------------------------------------------------------------

    def _deliver(self, told: dict[str, Any], raw: bytes, *, webhook: bool) -> None:
        if webhook:
            answer = self.office.receive.delivery(raw, sign(raw))
            assert not isinstance(answer, int)
            assert answer.result(PATIENCE) == 200
        else:
            event = parse(raw, datetime.now(UTC))
            self.office.receive.event(event, Source.CATCH_UP).result(PATIENCE)
        if told["kind"] == "refund":
            self.model.tell_refund(told["intent"], told["refund"], told["amount"], "succeeded")
        else:
            self.model.take(told)

    def _intent(self, which: int, begun: dict[str, Any]) -> dict[str, Any]:
        """One that Stripe has, or `begun`: a new one."""
        place = which % (len(self.intents) + 1)
        if place == len(self.intents):
            about = [*self.ids, "RE-1999-0001"][begun["invoice"]]
            name = f"pi_{self.stamp}{place}"
            self.intents.append({**begun, "intent": name, "invoice": about, "back": 0})
        return self.intents[place]

    def _untouched(self) -> list[str]:
        """Invoices that may still be cancelled."""
        held = {to for to, _ in self.model.money.values()}
        issued = (key for key in self.ids if self.model.invoices[key]["state"] == "issued")
        return [key for key in issued if key not in held]

    def _went_back(self, key: str) -> bool:
        return any(
            self.model.refunded(intent) for intent, (to, _) in self.model.money.items() if to == key
        )


@pytest.mark.timeout(600)  # so long hypothesis may look for the shortest failing life
def test_e6_state_machine_equals_the_model(shared_books: OfficeBooks) -> None:
    customer_id = customer(shared_books)
    lives = 0

    def begin() -> Life:
        nonlocal lives
        lives += 1
        return Life(shared_books, customer_id, lives)

    run_state_machine_as_test(
        begin,  # type: ignore[arg-type]  # any callable
        settings=settings(
            max_examples=runs(40, 1000),
            stateful_step_count=runs(20, 40),
            deadline=None,
            database=None,
            derandomize=True,
        ),
    )
    print(
        f"{lives} lives of invoices, {shared_books.value('SELECT count(*) FROM stripe_events')}"
        " events kept",
        flush=True,
    )
