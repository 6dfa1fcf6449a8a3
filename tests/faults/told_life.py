"""One life told to real books: Stripe's side happens in the stand-in, the office hears of it by
webhook, by catch-up or by the daily comparison alone, early or late, in any order, twice.

What staff do needs what they see: the money they assign has arrived by then, whatever else has
not. Their clock is Stripe's.
"""

import json
import random
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from tests.factories import NOON, OfficeBooks, draft, sign
from tests.faults.life_facts import INVOICES, TOTAL, Act, Life
from tests.standins.stripe_api import SECRET_KEY, StripeStandIn
from tests.standins.stripe_dashboard import Dashboard
from tests.standins.stripe_direct import DirectApi
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.closings import SKONTO, WRITE_OFF, Closing, standing_refunds
from workmate_desktop.domain.stripe.events import SUBSCRIBED_TYPES, Source
from workmate_desktop.gateways.stripe.webhook import parse
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.catch_up.comparison import Comparison

NOBODY_CANCELS = threading.Event()


class By(StrEnum):
    """How the office hears of what happened."""

    EVENTS = "events"
    CATCH_UP = "catch-up"
    COMPARISON = "comparison"
    ALL = "some events and the comparison"
    """Some events are lost for ever."""


@dataclass
class World:
    """What many tellings share: one set of books, and one Stripe whose past can be forgotten."""

    office: OfficeBooks
    stripe: StripeStandIn
    customer_id: str
    begin: datetime = NOON
    """Of the next telling: what staff do counts after all that Stripe ever told these books."""

    def compare(self) -> None:
        """The daily comparison, now."""
        self.office.writer.submit(lambda t: t.settings.set("comparison.parts.test", "{}")).result()
        office = self.office
        Comparison(
            office.writer,
            office.database,
            office.receive,
            office.clock,
            lambda key, cancelled: DirectApi(self.stripe, key, cancelled),
            lambda: office.keys,
            office.instance_id,
            Threads(),
        ).compare(NOBODY_CANCELS)

    def forget(self) -> None:
        """Stripe is empty again; its ids go on."""
        for kept in (self.stripe.account.objects, self.stripe.account.events):
            kept.clear()


class Telling:
    """One life, told once. `order` makes delays and doubles."""

    def __init__(self, world: World, life: Life, by: By, order: int) -> None:
        self.world = world
        self.office = world.office
        self.life = life
        self.by = by
        self.chance = random.Random(f"{life.seed} {order}")
        self.desk = Dashboard(world.stripe)
        self.names: dict[str, str] = {}
        """Key of an act → id at Stripe or in the books."""
        self.decided: dict[str, list[str]] = {}
        """Key of an act → what it decided."""
        self.coming: list[tuple[int, dict[str, Any]]] = []
        """(when it arrives, event)"""
        self.seen = 0
        self.begin = world.begin
        issue = self.office.invoicing.issue
        drafts = [draft(world.customer_id, total_minor=TOTAL) for _ in INVOICES]
        made = [issue(one) for one in drafts]
        self.invoices = {key: one.result(PATIENCE) for key, one in zip(INVOICES, made, strict=True)}

    def tell(self) -> dict[str, str]:
        """Everything happens and arrives. Returns the ids of the invoices."""
        self.world.forget()
        for act in self.life.acts:
            self._clock(act.at)
            self._deliver([one for one in self.coming if one[0] <= act.at])
            getattr(self, "_" + act.what.replace(" ", "_"))(act)
            self._hear(act.at)
        self._clock(self.life.acts[-1].at + 1)
        self.world.begin = self.office.clock.now() + timedelta(days=1)
        self._deliver(list(self.coming))
        if self.by in (By.COMPARISON, By.ALL):
            self.world.compare()
        return self.invoices

    def _clock(self, seconds: int) -> None:
        self.office.clock.moment = self.begin + timedelta(seconds=seconds)

    # --- how the office hears ----------------------------------------------------------------

    def _hear(self, now: int) -> None:
        """What Stripe tells since it was last asked; most of it arrives later."""
        told = self.world.stripe.events[self.seen :]
        self.seen += len(told)
        for event in told:
            lost = self.by is By.ALL and self.chance.random() < 0.3
            if event["type"] in SUBSCRIBED_TYPES and self.by is not By.COMPARISON and not lost:
                delay = self.chance.choice([0, 0, 50, 5000, 200_000, 10**9])
                self.coming.append((now + delay, event))

    def _deliver(self, arriving: list[tuple[int, dict[str, Any]]]) -> None:
        for one in arriving:
            self.coming.remove(one)
        self.chance.shuffle(arriving)
        arriving += [one for one in arriving if self.chance.random() < 0.1]
        bodies = [json.dumps(event).encode() for _, event in arriving]
        if self.by is By.CATCH_UP:
            events = [parse(raw, datetime.now(UTC)) for raw in bodies]
            self.office.receive.fetched(events, Source.CATCH_UP, lambda _t: None).result(PATIENCE)
            return
        for raw in bodies:
            answer = self.office.receive.delivery(raw, sign(raw, at=self.office.clock.now()))
            assert not isinstance(answer, int)
            assert answer.result(PATIENCE) == 200

    def _must_know(self, object_id: str = "") -> None:
        """Staff see it by now; everything, if they read sums."""
        if self.by in (By.COMPARISON, By.ALL):
            self.world.compare()
        self._deliver([one for one in self.coming if object_id in json.dumps(one[1])])

    # --- at Stripe ---------------------------------------------------------------------------

    def _paid(self, act: Act) -> None:
        form = {
            "amount": act.more,
            "currency": "eur",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "metadata[workmate_instance]": self.office.instance_id,
        }
        if act.invoice is not None:
            form["metadata[invoice_id]"] = self.invoices[act.invoice]
        if act.more != act.amount:
            form["capture_method"] = "manual"
        status, made = self.world.stripe.answer(
            "POST", "/v1/payment_intents", urlencode(form), SECRET_KEY, None
        )
        assert status == 200, made
        self.names[act.key] = made["id"]
        if act.more != act.amount:
            self.desk.capture(made["id"], act.amount)

    def _refunded(self, act: Act) -> None:
        self.names[act.key] = self.desk.refund(self.names[act.of], act.amount)

    def _refund_failed(self, act: Act) -> None:
        self.desk.fail_refund(self.names[act.of])

    def _disputed(self, act: Act) -> None:
        self.names[act.key] = self.desk.dispute(self.names[act.of], amount=act.amount)

    def _decided(self, act: Act) -> None:
        won = act.more > 0
        self.desk.close_dispute(self.names[act.of], won=won, back=act.more if won else None)

    # --- staff -------------------------------------------------------------------------------

    def _typed(self, act: Act) -> None:
        self.names[act.key] = self.office.invoicing.add_manual_payment(
            self._invoice(act), act.amount, "bank_transfer", self.office.clock.today()
        ).result(PATIENCE)

    def _undo_typed(self, act: Act) -> None:
        self.office.invoicing.reverse_payment(self.names[act.of], "Falsche Rechnung").result(
            PATIENCE
        )

    def _assigned(self, act: Act) -> None:
        intent = self.names[act.of]
        self._must_know(intent)
        [(event_id,)] = self.office.rows(
            "SELECT id FROM stripe_events WHERE payment_intent_id = ? AND outcome = 'needs_review'",
            intent,
        )
        assigned = self.office.review.assign(event_id, self._invoice(act))
        self.names[act.key] = assigned.result(PATIENCE)

    def _undo_assigned(self, act: Act) -> None:
        self.office.review.undo(self.names[act.of]).result(PATIENCE)

    def _closed(self, act: Act) -> None:
        self._must_know()
        kind = self.chance.choice([SKONTO, WRITE_OFF])
        self.names[act.key] = self.office.invoicing.close_rest(
            self._invoice(act), Closing(kind, act.amount, "Rest")
        ).result(PATIENCE)

    def _returned(self, act: Act) -> None:
        self._must_know()
        self.names[act.key] = self.office.invoicing.pay_back(
            self._invoice(act), act.amount, "bank_transfer", self.office.clock.today(), "Kulanz"
        ).result(PATIENCE)

    _undo_closed = _undo_returned = _undo_typed

    def _open_again(self, act: Act) -> None:
        self._must_know()
        invoice = self._invoice(act)
        said = self.office.books.owed_again(invoice)
        known = {one.payment_id for one in said}
        free = [
            one.id
            for one in standing_refunds(self.office.books.payments(invoice))
            if one.id not in known
        ]
        if free:
            self.office.invoicing.owe_again(free, "Irrtum").result(PATIENCE)
        now = self.office.books.owed_again(invoice)
        self.decided[act.key] = [one.decision_id for one in now if one not in said]

    def _undo_open_again(self, act: Act) -> None:
        if self.decided[act.of]:
            self.office.invoicing.not_owed_again(self.decided[act.of]).result(PATIENCE)

    def _moved(self, act: Act) -> None:
        self._must_know()
        here = self._invoice(act)
        [there] = [one for one in self.invoices.values() if one != here]
        self.office.review.split(there, here, act.amount).result(PATIENCE)
        moved = self.office.review.moves_of(here)
        before = {decision for made in self.decided.values() for decision in made}
        self.decided[act.key] = [one.id for one in moved if one.id not in before]

    def _undo_moved(self, act: Act) -> None:
        for decision in self.decided[act.of]:
            self.office.review.undo(decision).result(PATIENCE)

    def _placed(self, act: Act) -> None:
        """The question may have been asked when the charge told of it, without its name."""
        self._must_know()
        [(payment_intent,)] = self.office.rows(
            "SELECT payment_intent_id FROM stripe_events WHERE detail LIKE ? LIMIT 1",
            f'%{self.names[act.of]}"%',
        )
        asked = self.office.rows(
            "SELECT id FROM stripe_events WHERE outcome = 'needs_review'"
            " AND payment_intent_id = ? ORDER BY detail LIKE ? DESC, created_at DESC",
            payment_intent,
            f'%"{self.names[act.of]}"%',
        )
        if not asked:
            raise UserError("review_decided")
        self.office.review.place_reversal(asked[0][0], self._invoice(act)).result(PATIENCE)

    def _credited(self, act: Act) -> None:
        """Kept anew: what was kept before may be covered no more."""
        self._must_know()
        here = self._invoice(act)
        [there] = [one for one in self.invoices.values() if one != here]
        for kept in self.office.review.credits_of(there):
            self.office.review.undo(kept.id).result(PATIENCE)
        credit = self.office.review.keep_credit(there).result(PATIENCE)
        self.office.review.use_credits([credit], here).result(PATIENCE)

    def _cancelled(self, act: Act) -> None:
        self._must_know()
        self.office.invoicing.cancel(self._invoice(act), "Doppelt").result(PATIENCE)

    def _invoice(self, act: Act) -> str:
        assert act.invoice is not None
        return self.invoices[act.invoice]
