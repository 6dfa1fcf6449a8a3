"""Klärung nötig: what waits, what fits, and the decisions of staff.

Reading is quick enough for the window. Writing returns futures, answered after the commit; they
raise UserError for what staff can mend. The rules stand in decide.py and crediting.py.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import replace

from workmate_desktop.domain.changes import SettingsChanged
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery
from workmate_desktop.domain.review import (
    MOST_SUGGESTIONS,
    MOVING,
    NOT_OF_THESE_BOOKS,
    Credit,
    Decided,
    Decision,
    KeptCredit,
    LooseMoney,
    MovedMoney,
    OthersPayments,
    ReviewItem,
    Suggestion,
    WaitingCount,
    numbers_in,
    rank,
)
from workmate_desktop.domain.stripe.events import Outcome, Reason
from workmate_desktop.services.booking import (
    crediting,
    decide,
    moving,
    named_twice,
    reversal_places,
)
from workmate_desktop.services.booking.book_reversals import book_waiting
from workmate_desktop.services.books import Books
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.review import credit_list, not_ours
from workmate_desktop.store.review import list as review_list
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer


class Review:
    """Everything around the list. `actor` is the login name of the person at this PC.

    `livemode` is asked for the mode of the keys, None while no key tells.
    """

    def __init__(
        self,
        writer: Writer,
        database: Database,
        books: Books,
        clock: Clock,
        actor: str,
        livemode: Callable[[], bool | None],
    ) -> None:
        self._writer = writer
        self._database = database
        self._books = books
        self._clock = clock
        self._actor = actor
        self._livemode = livemode

    # --- reading -------------------------------------------------------------------------

    def open_items(self, after: ReviewItem | None = None, limit: int = 256) -> list[ReviewItem]:
        """What waits, newest first; the page behind `after`."""
        with self._database.snapshot() as connection:
            return review_list.open_items(connection, after, limit)

    def decided_items(self, limit: int = 256) -> list[ReviewItem]:
        """What was decided and not taken back, the newest decision first."""
        with self._database.snapshot() as connection:
            return review_list.decided_items(connection, limit)

    def not_ours_items(self, after: ReviewItem | None = None, limit: int = 256) -> list[ReviewItem]:
        """Payments of other programs over this account, newest first; the page behind `after`."""
        with self._database.snapshot() as connection:
            return not_ours.not_ours_items(connection, after, limit)

    def not_ours(self) -> OthersPayments:
        """How many payments of other programs there are, and whether staff want to be told."""
        with self._database.reader() as connection:
            return not_ours.not_ours(connection)

    def waiting(self) -> WaitingCount:
        """How many items wait."""
        with self._database.reader() as connection:
            return review_list.waiting(connection)

    def concerned(self, item_ids: Collection[str]) -> list[str]:
        """Those of these events and notices that wait, or were ever decided."""
        with self._database.reader() as connection:
            return review_list.concerned(connection, item_ids)

    def item(self, item_id: str) -> ReviewItem | None:
        """One item as it is now, waiting or decided; None when it is neither."""
        with self._database.reader() as connection:
            return review_list.review_item(connection, item_id)

    def decisions_about(self, item_id: str) -> list[Decided]:
        """Who decided what about an event, newest first."""
        with self._database.reader() as connection:
            return review_list.decisions_about(connection, item_id)

    def assignments_of(self, invoice_id: str) -> dict[str, str]:
        """Payments that staff put on this invoice, with the decision that can be taken back."""
        with self._database.reader() as connection:
            return review_list.assignments_of(connection, invoice_id)

    def suggestions(self, item: ReviewItem) -> list[Suggestion]:
        """Invoices that the money of a waiting item may be for, the best first, at most five."""
        if item.asks_which:
            return self._invoices_of_split(item)
        if not item.assignable or item.amount_minor is None or item.currency is None:
            return []
        named = (item.named_text, item.named_label or "")
        money = LooseMoney(
            item.amount_minor,
            self._clock.local(item.at),
            frozenset((*numbers_in(named), *item.mentioned, *(text for text in named if text))),
            not_of_these_books=item.reason in NOT_OF_THESE_BOOKS,
            not_ours=item.reason is Reason.NOT_OURS,
        )
        with self._database.snapshot() as connection:
            customers = review_list.customers_of(connection, money.numbers)
            money = replace(
                money, customers=customers | frozenset(filter(None, [item.named_customer]))
            )

            def ranked(about: LooseMoney) -> list[Suggestion]:
                found = review_list.candidates(
                    connection,
                    livemode=item.livemode is True,
                    currency=item.currency or "",
                    amount_minor=about.amount_minor,
                    numbers=about.numbers,
                    customers=about.customers,
                )
                customer_of.update({one.row.id: one.customer_id for one in found})
                return rank(about, found)

            customer_of: dict[str, str] = {}
            first = ranked(money)
            if money.customers or not first or not first[0].likely:
                return first
            # Nothing names a customer: other invoices of the likeliest one may fit too.
            best = first[0]
            theirs = ranked(replace(money, customers=frozenset({customer_of[best.row.id]})))
        others = [one for one in theirs if one.row.id != best.row.id]
        return [best, *others][:MOST_SUGGESTIONS]

    def _invoices_of_split(self, item: ReviewItem) -> list[Suggestion]:
        with self._database.reader() as connection:
            keys = credit_list.split_invoices(connection, item.intent_id or "")
        rows = [row for key in keys if (row := self._books.invoice_row(key)) is not None]
        return [Suggestion(row, (), likely=False) for row in rows]

    def find_invoices(self, item: ReviewItem, text: str, limit: int = 50) -> list[InvoiceRow]:
        """Invoices that the money may be put on, of its book and currency: the owed ones first."""
        query = InvoiceQuery(item.livemode is True, self._clock.today(), text=text)
        page = self._books.invoice_page(query, None, limit * 4)
        closed = (InvoiceStatus.DRAFT, InvoiceStatus.CANCELLED)
        fit = [row for row in page if row.status not in closed and row.currency == item.currency]
        return sorted(fit, key=lambda row: row.outstanding_minor == 0)[:limit]

    def split_targets(self, row: InvoiceRow, text: str, limit: int = 50) -> list[InvoiceRow]:
        """Invoices that money of `row` may be moved to: owed, of its book and currency; those of
        its customer first."""
        query = InvoiceQuery(
            row.livemode, self._clock.today(), filter=InvoiceFilter.OPEN, text=text
        )
        page = self._books.invoice_page(query, None, limit * 4)
        fit = [one for one in page if one.currency == row.currency and one.id != row.id]
        return sorted(fit, key=lambda one: one.customer_name != row.customer_name)[:limit]

    def open_credits(self, customer_id: str, livemode: bool) -> list[Credit]:
        """Credits of this customer that stand on no invoice yet."""
        with self._database.reader() as connection:
            return credit_list.open_credits(connection, customer_id, livemode=livemode)

    def credits_of(self, invoice_id: str) -> list[KeptCredit]:
        """Credits that were kept of this invoice's money, oldest first."""
        with self._database.reader() as connection:
            return credit_list.credits_of(connection, invoice_id)

    def chosen_credits(self, invoice_id: str) -> list[Credit]:
        """Credits that are kept for this draft."""
        with self._database.reader() as connection:
            return credit_list.chosen_credits(connection, invoice_id)

    def moves_of(self, invoice_id: str) -> list[MovedMoney]:
        """Money that was moved to or from this invoice, the newest first."""
        with self._database.reader() as connection:
            return credit_list.moves_of(connection, invoice_id)

    def place_reversal(self, item_id: str, invoice_id: str) -> "Future[None]":
        """Staff say which invoice of a split payment was refunded. UserError as of
        reversal_places.place."""

        def job(t: Transaction) -> None:
            found = t.events.stored(item_id)
            if found is None or found[1] is not Outcome.NEEDS_REVIEW:
                raise UserError("review_decided")
            reversal_places.place(t, found[0], invoice_id, self._actor)

        return self._writer.submit(job)

    def split(self, from_id: str, to_id: str, amount_minor: int) -> "Future[None]":
        """Money that is too much on one invoice counts for another. UserError as of
        moving.split."""

        def job(t: Transaction) -> None:
            moving.split(t, from_id, to_id, amount_minor, self._actor)

        return self._writer.submit(job)

    # --- writing -------------------------------------------------------------------------

    def assign(self, item_id: str, invoice_id: str) -> "Future[str]":
        """Zuordnen; returns the decision. See decide.assign for what it may refuse."""

        def job(t: Transaction) -> str:
            decision_id = decide.assign(t, item_id, invoice_id, self._actor, self._livemode())
            found = t.events.stored(item_id)
            assert found is not None  # it was assigned just now
            book_waiting(t, found[0])  # no payment held the money of an event without trust
            return decision_id

        return self._writer.submit(job)

    def set_aside(self, item_id: str, reason: str) -> "Future[str]":
        """Ohne Rechnung ablegen; returns the decision. UserError review_decided, reason_missing."""
        return self._writer.submit(lambda t: decide.set_aside(t, item_id, reason, self._actor))

    def hide_not_ours(self, hidden: bool) -> "Future[None]":
        """Nicht mehr zeigen: staff are not told of other programs' payments; or are again."""

        def job(t: Transaction) -> None:
            t.settings.set(not_ours.HIDDEN, "1" if hidden else None)
            t.changed(SettingsChanged())

        return self._writer.submit(job)

    def undo(self, decision_id: str) -> "Future[None]":
        """Rückgängig. UserError review_undone_already and those of decide.undo, give_up,
        moving.undo."""

        def job(t: Transaction) -> None:
            found = t.reviews.get(decision_id)
            if found is not None and found.kind is Decision.CREDIT_KEPT:
                crediting.give_up(t, decision_id, self._actor)
            elif found is not None and found.kind in MOVING:
                moving.undo(t, decision_id, self._actor)
                named_twice.taken_back(t, found.item_id)
                payment = t.payments.get(found.payment_id or "")
                if payment is not None:
                    reversal_places.close_questions(t, payment)
            else:
                decide.undo(t, decision_id, self._actor)

        return self._writer.submit(job)

    def keep_credit(self, invoice_id: str) -> "Future[str]":
        """Als Guthaben vormerken; returns the credit. UserError credit_nothing_left."""
        return self._writer.submit(lambda t: crediting.keep(t, invoice_id, self._actor))

    def use_credits(self, credit_ids: Sequence[str], invoice_id: str) -> "Future[None]":
        """The money of these credits counts for this issued invoice. UserError as of
        crediting.use."""

        def job(t: Transaction) -> None:
            for credit_id in credit_ids:
                crediting.use(t, credit_id, invoice_id, self._actor)

        return self._writer.submit(job)
