"""An office that was away: real books, a real StripeApi, and the stand-in with a clock of its own.

`stripe_time` moves Stripe's clock. The PC's clock follows with `pc_is_ahead` seconds of error,
which the program measures from Stripe's answers as it does in an office.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.factories import NOON, SECRET, OfficeBooks, customer, draft, make_books
from tests.factories import TestClock as Clock
from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.stripe.api import StripeApi
from workmate_desktop.services.catch_up.catch_up import CatchUp, CatchUpProgress, CatchUpResult
from workmate_desktop.store.common.settings import setting

CURSOR = "catch_up.cursor.test"
KEYS = StripeKeys(PUBLISHABLE_KEY, SECRET_KEY, (SECRET,))


class OfficeClock(Clock):
    """The PC's clock, wrong by `pc_is_ahead` seconds; corrected by Stripe's `Date`."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(moment)
        self.true_time = moment
        self.pc_is_ahead = 0.0
        self.offset = 0.0

    def set(self, true_time: datetime) -> None:
        self.true_time = true_time
        self.moment = true_time + timedelta(seconds=self.pc_is_ahead)

    def true_seconds(self) -> float:
        return self.true_time.timestamp()

    def note_stripe_time(self, moment: datetime) -> None:
        self.offset = (moment - self.moment).total_seconds()

    def stripe_now(self) -> float:
        return self.moment.timestamp() + self.offset


class Absence:
    """One office, its Stripe account, and what happens in both."""

    def __init__(self, data_dir: Path, pc_is_ahead: float = 0.0) -> None:
        self.clock = OfficeClock(NOON)
        self.clock.pc_is_ahead = pc_is_ahead
        self.clock.set(NOON)
        self.stripe = StripeStandIn(clock=self.clock.true_seconds)
        self.stripe.__enter__()
        self.office: OfficeBooks = make_books(data_dir, self.clock, KEYS, busy_timeout_ms=300)
        self._customer = customer(self.office)
        self.catch_up = self.new_catch_up()

    def new_catch_up(self) -> CatchUp:
        """As after a new start of the program: only what was saved is known."""
        office = self.office
        return CatchUp(
            office.writer,
            office.database,
            office.receive,
            self.clock,
            self.api,
            lambda: office.keys,
        )

    def api(self, key: str, cancelled: Signal) -> StripeApi:
        return StripeApi(
            key,
            api_base=self.stripe.url,
            on_server_date=self.clock.note_stripe_time,
            cancelled=cancelled,
        )

    def close(self) -> None:
        self.office.close_never_accused()
        self.stripe.__exit__(None, None, None)

    # --- what happens --------------------------------------------------------------------

    def invoices(self, count: int, total_minor: int = 11900) -> list[str]:
        """Issued test invoices; their ids."""
        issue = self.office.invoicing.issue
        made = [issue(draft(self._customer, total_minor=total_minor)) for _ in range(count)]
        return [future.result(PATIENCE) for future in made]

    def pay(self, invoice: str, *, declined: bool = False, **fields: Any) -> None:
        """A customer pays (or tries to) now, by Stripe's clock."""
        form = {
            "amount": 11900,
            "currency": "eur",
            "confirm": "true",
            "payment_method": "pm_card_chargeDeclined" if declined else "pm_card_visa",
            "metadata[invoice_id]": invoice,
            "metadata[workmate_instance]": self.office.instance_id,
            **fields,
        }
        status, _ = self.stripe.answer(
            "POST", "/v1/payment_intents", urlencode(form), SECRET_KEY, None
        )
        assert status == (402 if declined else 200)

    def pay_all(self, invoices: list[str], days: float) -> None:
        """Each invoice is paid, evenly over the next `days`; Stripe's clock goes along."""
        start = self.clock.true_time
        for number, invoice in enumerate(invoices, start=1):
            self.clock.set(start + timedelta(days=days) * number / len(invoices))
            self.pay(invoice)

    def later(self, **span: float) -> None:
        """Time passes, here and at Stripe."""
        self.clock.set(self.clock.true_time + timedelta(**span))

    def run(
        self,
        progress: Callable[[CatchUpProgress], None] = lambda _progress: None,
        **how: Any,
    ) -> CatchUpResult:
        return self.catch_up.run(progress, **how)

    def first_run(self) -> None:
        """The program has run before, so there is a cursor."""
        assert self.run().complete

    def cursor(self) -> dict[str, object]:
        """The saved cursor."""
        with self.office.database.reader() as connection:
            found = json.loads(setting(connection, CURSOR) or "{}")
        assert isinstance(found, dict)
        return found

    def set_cursor(self, text: str) -> None:
        """Somebody writes into the settings."""
        self.office.writer.submit(lambda t: t.settings.set(CURSOR, text)).result(PATIENCE)

    def break_cursor(self) -> None:
        """Stripe no longer knows the event to go on from."""
        self.set_cursor(json.dumps(self.cursor() | {"anchor": "evt_3NeverHeardOf"}))

    # --- what the books say --------------------------------------------------------------

    def paid(self) -> int:
        """Invoices that are paid exactly once."""
        found = self.office.value(
            "SELECT count(*) FROM invoices WHERE status = 'paid' AND paid_minor = total_minor"
        )
        assert found == self.office.value("SELECT count(*) FROM payments")
        return int(found)

    def notices(self, kind: str) -> list[str]:
        """The details of all notices of this kind."""
        self.office.settled()
        found = self.office.rows("SELECT detail FROM notices WHERE kind = ?", kind)
        return [detail for (detail,) in found]
