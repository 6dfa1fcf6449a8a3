"""What must be true: after every step what changed, at the end of a life everything.

Plain SQL on connections of its own, and sums; none of the program's own rules.
"""

import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from tests.faults.test_told_lives import said
from tests.simulator.at_stripe import Delivery
from tests.simulator.customers import Customers
from tests.simulator.model import differences
from tests.simulator.net import Caller
from tests.simulator.staff import Staff
from tests.simulator.world import World
from workmate_desktop.domain.stripe.events import FOUND_BY_INVOICE
from workmate_desktop.listener.limits import Limits
from workmate_desktop.store.database.errors import StoreTrouble
from workmate_desktop.store.database.file_names import FILE_NAME
from workmate_desktop.store.seals import seals

_SUMS = """
SELECT i.id, i.paid_minor, coalesce(sum(p.amount_minor), 0) FROM invoices i
LEFT JOIN payments p ON p.invoice_id = i.id GROUP BY i.id
HAVING i.paid_minor <> coalesce(sum(p.amount_minor), 0)"""
_STATUS = """
SELECT id, status, paid_minor, total_minor FROM invoices
WHERE kind = 'invoice' AND status IN ('open', 'partially_paid', 'paid') AND status <> CASE
    WHEN paid_minor >= total_minor + corrected_minor THEN 'paid'
    WHEN paid_minor > 0 THEN 'partially_paid' ELSE 'open' END"""
_MONEY = """
SELECT currency, sum(amount_minor) FROM payments
WHERE kind IS NULL OR kind NOT IN ('skonto', 'write_off') GROUP BY 1"""
_COUNTED = """
SELECT currency, sum(minor) FROM (
    SELECT currency, paid_minor - closed_minor AS minor FROM invoices
    UNION ALL
    SELECT currency, amount_minor FROM payments WHERE invoice_id IS NULL) GROUP BY 1"""
_SHARES = """
SELECT first.id, part.invoice_id, sum(part.amount_minor) FROM payments first JOIN payments part
    ON part.id = first.id OR part.reversal_of = first.id OR part.reverses_id = first.id
WHERE first.kind IS NULL AND first.reverses_id IS NULL GROUP BY 1, 2"""
_BOOKED = """
SELECT first.invoice_id, (SELECT sum(part.amount_minor) FROM payments part
    WHERE part.id = first.id OR (part.reversal_of = first.id AND part.kind <> 'moved'))
FROM payments first WHERE first.stripe_payment_intent_id = ?"""
_BUGS = "SELECT id, type, detail FROM stripe_events WHERE detail LIKE '%program_error%'"
_WRONG_TIMES = frozenset({"the clock jumps", "Stripe's Date is wrong"})
"""Afterwards the order in which things happened is not known to the second."""
_OUTCOMES = """
SELECT payment_intent_id, outcome FROM stripe_events
WHERE type = 'payment_intent.succeeded' AND id NOT IN (SELECT item_id FROM review_decisions
    WHERE item_id IS NOT NULL)"""
_DECIDED = """
SELECT payment_intent_id FROM stripe_events JOIN review_decisions ON item_id = stripe_events.id"""


class Watch:
    """Looks at one world."""

    def __init__(self, world: World, staff: Staff, customers: Customers) -> None:
        self.world = world
        self.staff = staff
        self.customers = customers
        self.answers: Counter[str] = Counter()
        self.confirmed: dict[str, dict[str, Any]] = {}
        """What was answered 200: it must be there until the end."""
        self.modelled = 0
        self._answer_seconds = Limits().answer_seconds + 0.5
        world.stripe.on_answer = self.answered

    # --- at once -----------------------------------------------------------------------------

    def answered(self, delivery: Delivery, caller: Caller) -> None:
        """A delivery is over: what was answered must be so, and in time."""
        world, event = self.world, delivery.event
        told = "reset" if caller.reset and caller.status is None else str(caller.status)
        self.answers[told] += 1
        world.tell(f"delivery: {event['type']} {event['id']}: {told}")
        if caller.status == 200:
            self.confirmed[event["id"]] = event
        if caller.status == 200 and not self._is_kept(event):
            world.find(f"answered 200, and cannot be read: {event['type']} {event['id']}")
        quick = sum(seconds for seconds, _ in caller.pieces) < Limits().grace_seconds
        if caller.pushed_out and quick and not caller.cut and not world.process.ended:
            world.find(f"a quick delivery was pushed out: {event['id']}")
        if caller.sent_at is None or caller.cut:
            return
        if caller.answered_at is None:
            waited = world.baton.now - caller.sent_at
        else:
            waited = caller.answered_at - caller.sent_at
        if waited > self._answer_seconds:
            world.find(f"a delivery waited {waited:.1f} s: {event['id']}")
        elif caller.status == 400 and self._should_be_taken(event, caller.signed_at):
            world.find(f"a genuine delivery was refused: {event['id']}")
        elif caller.status == 503 and self._should_be_taken(event, caller.signed_at):
            world.find(f"answered 503, and nothing is wrong: {event['id']}")
        elif caller.status not in (200, 400, 503, None):
            world.find(f"a delivery of Stripe's was answered {caller.status}: {event['id']}")
        elif caller.status is None and not world.process.ended:
            world.find(f"a delivery was cut off without an answer: {event['id']}")

    def _should_be_taken(self, event: dict[str, Any], signed_at: float) -> bool:
        """Nothing is wrong with this program, its PC or the message."""
        world, core = self.world, self.world.process.core
        return (
            core is not None
            and world.process.ready
            and core.setup.loaded
            and core.setup.trouble is None
            and not event["id"].startswith("evt_odd")
            and not world.wrong_time
            and world.pc.true.seconds() - signed_at < 280  # the PC did not sleep meanwhile
            and not world.disk.was_troubled
            and core.writer.trouble not in (StoreTrouble.LOST, StoreTrouble.DAMAGED)
            and world.baton.now - world.books_lost_at > 60
        )

    def _is_kept(self, event: dict[str, Any]) -> bool:
        """By itself, or as what the comparison or the catch-up had found before it came."""
        about = f"{FOUND_BY_INVOICE}{event['data']['object']['id']}"
        query = "SELECT 1 FROM stripe_events WHERE id = ? OR id = ? OR substr(id, 1, ?) = ?"
        values = (event["id"], about, len(about) + 1, f"{about}_")
        try:
            with closing(self._open()) as books:
                return books.execute(query, values).fetchone() is not None
        except sqlite3.Error:
            return False  # there is no such file, or it is none

    def _open(self) -> sqlite3.Connection:
        path = self.world.process.folder / FILE_NAME
        return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)

    # --- after every step --------------------------------------------------------------------

    def look(self) -> None:
        """What is looked at after every step."""
        world = self.world
        for text in (*world.log_errors, *self.staff.crashed):
            world.find(f"the program says that it failed: {text}")
        world.log_errors.clear()
        self.staff.crashed.clear()
        try:
            with closing(self._open()) as books:
                self._sums_hold(books)
        except sqlite3.Error as error:
            world.find(f"the books cannot be read: {error}")
        self._links_are_single()

    def _sums_hold(self, books: sqlite3.Connection) -> None:
        find = self.world.find
        books.execute("BEGIN")
        for row in books.execute(_SUMS):
            find(f"paid is not the sum of the payments: {row}")
        for row in books.execute(_STATUS):
            find(f"the status does not follow from what is paid: {row}")
        for row in books.execute(_BUGS):
            find(f"an event met a bug: {row}")
        counted, money = (_by_currency(books, query) for query in (_COUNTED, _MONEY))
        if counted != money:
            find(f"money appeared or is lost: {counted} counts, {money} is booked")
        shares: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for payment, invoice, minor in books.execute(_SHARES):
            shares[payment][invoice] = minor
        for payment, parts in shares.items():
            if min(parts.values()) < 0 < max(parts.values()):
                find(f"invented money: {payment} {parts}")
        numbers = [
            int(number.rpartition("-")[2])
            for (number,) in books.execute(
                "SELECT number FROM invoices WHERE number IS NOT NULL ORDER BY number"
            )
        ]
        if numbers != list(range(min(numbers, default=1), max(numbers, default=0) + 1)):
            find(f"numbers are not gapless: {numbers}")
        books.execute("COMMIT")

    def _links_are_single(self) -> None:
        found = Counter(
            one["metadata"].get("invoice_id") for one in self.customers.account.usable_links()
        )
        for invoice, count in found.items():
            if count > 1:
                self.world.find(f"{count} usable links of one invoice: {invoice}")

    # --- at the end --------------------------------------------------------------------------

    def look_at_the_end(self) -> None:
        """Everything arrived, nothing is wrong any more: the books say what happened."""
        self.look()
        with closing(self._open()) as books:
            self._intents_are_booked(books)
            self._events_are_kept(books)
            self._seals_hold(books)
            self._refunds_are_single(books)
            self._everything_came_to_an_end(books)
            if not self.world.wrong and not self.world.faults.keys() & _WRONG_TIMES:
                for text in differences(books, self.customers, self._said()):
                    self.world.find(f"not as the plain model says: {text}")
        self._mails_came_once()
        hosts = [urlsplit(one["url"]).netloc for one in self.world.stripe.endpoints()]
        if hosts != [self.world.ngrok.host]:
            self.world.find(f"Stripe posts to {hosts}, not to {self.world.ngrok.host}")
        for event in self.confirmed.values():
            about = event["data"]["object"]
            intent = about.get("payment_intent") or about["id"]
            gone = intent.partition("odd")[0] in self.customers.forgotten
            if not gone and not self._is_kept(event):
                self.world.find(f"was answered 200, and is lost: {event['type']} {event['id']}")

    def _said(self) -> dict[str, dict[str, Any]]:
        """What books and screen say of each invoice."""
        told: dict[str, dict[str, Any]] = {}
        shown = SimpleNamespace(office=self.world.process)

        def read() -> None:
            told.update({one: said(shown, one) for one in self.staff.invoices})  # type: ignore[arg-type]

        self.world.join(self.world.in_process(read, "staff"))
        self.modelled += len(told)
        return told

    def _intents_are_booked(self, books: sqlite3.Connection) -> None:
        find = self.world.find
        expected: Counter[str] = Counter()
        for typed in self.staff.typed.values():
            expected[typed.currency] += typed.amount
        for intent in self.customers.intents():
            right = intent["amount_received"] - self.customers.back(intent)
            booked = books.execute(_BOOKED, (intent["id"],)).fetchall()
            ours = intent["metadata"].get("workmate_instance") == self.customers.instance
            if intent["id"] in self.customers.forgotten or (
                not ours and (not booked or booked[0][0] is None)
            ):
                # Money of another program is followed only as long as it is on an invoice.
                right = booked[0][1] if booked else 0
            elif [minor for _, minor in booked] != [right]:
                find(f"{intent['id']}: booked is {booked}, and should be {right}")
            expected[intent["currency"]] += right
        counted = _by_currency(books, _COUNTED)
        wanted = {key: minor for key, minor in expected.items() if minor}
        if counted != wanted:
            find(f"counted is {counted}, and should be {wanted}")
        known = {one["id"] for one in self.customers.intents()}
        for (intent_id,) in books.execute(
            "SELECT stripe_payment_intent_id FROM payments"
            " WHERE stripe_payment_intent_id IS NOT NULL"
        ):
            if intent_id not in known:
                find(f"booked, and nobody paid: {intent_id}")

    def _events_are_kept(self, books: sqlite3.Connection) -> None:
        kept = dict(books.execute(_OUTCOMES))
        decided = {intent for (intent,) in books.execute(_DECIDED)}
        for intent in self.customers.intents():
            ours = intent["metadata"].get("workmate_instance") == self.customers.instance
            gone = intent["amount_received"] <= self.customers.back(intent)
            gone = gone or intent["id"] in decided or intent["id"] in self.customers.forgotten
            if ours and not gone and kept.get(intent["id"]) in (None, "ignored"):
                self.world.find(f"ignored: {intent['id']} {kept.get(intent['id'])}")

    def _seals_hold(self, books: sqlite3.Connection) -> None:
        *_, found = seals.check(books)
        if found.tampered or found.added:
            self.world.find(f"seals: {found}")
        if books.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            self.world.find("the database is damaged")

    def _refunds_are_single(self, books: sqlite3.Connection) -> None:
        """One refund at Stripe for each request of staff, at most; none without one."""
        made: Counter[Any] = Counter()
        for one in self.customers.account.account.objects.values():
            if one["object"] == "refund" and one["metadata"]:
                made[next(iter(one["metadata"].values()))] += 1
        for request, count in made.items():
            if count > 1:
                self.world.find(f"{count} refunds for one request: {request}")

    def _everything_came_to_an_end(self, books: sqlite3.Connection) -> None:
        for row in books.execute(
            "SELECT id, state, trouble FROM payment_links WHERE state IN ('deactivating')"
        ):
            self.world.find(f"a link is still to be switched off: {row}")
        for row in books.execute(
            "SELECT id, state, trouble FROM refund_requests WHERE state = 'asked'"
        ):
            self.world.find(f"a refund is still open: {row}")

    def _mails_came_once(self) -> None:
        for mail, count in self.world.mail.arrived.items():
            if count > 1 and mail not in self.world.mail.unsure:
                self.world.find(f"a mail came {count} times: {mail}")


def _by_currency(books: sqlite3.Connection, query: str) -> dict[str, int]:
    return {currency: minor for currency, minor in books.execute(query) if minor}
