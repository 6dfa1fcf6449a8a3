"""Klärung nötig filled like its picture, for screenshots and tests."""

from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QWidget

from tests.ui.fakes import NOW, FakeClock, row
from tests.ui.invoices.screens import picture_books, tab
from tests.ui.review.fakes import BECKER, FakeReview, picture_review, shop_orders, waiting
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.review import ReviewList, Suggestion, Why
from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.ui.invoices.tab import InvoicesTab
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.review.choose_dialog import ChooseDialog
from workmate_desktop.ui.review.desk import ReviewDesk
from workmate_desktop.ui.review.split_dialog import SplitDialog
from workmate_desktop.words import review as texts


def page(theme: Theme, review: FakeReview) -> InvoicesTab:
    """The Rechnungen page with Klärung nötig open."""
    books = picture_books()
    books.review_count = review.waiting().count
    made, bridge = tab(theme, books)
    desk = ReviewDesk(theme, review, review, bridge, FakeClock(), lambda _id: None, made)
    made.set_review(desk)
    made.show()
    made.refresh_figures()
    made.show_review()
    return made


def picture(theme: Theme) -> QWidget:
    """As in klaerung.png."""
    return page(theme, picture_review())


def every_kind(theme: Theme) -> QWidget:
    """One of each; the selected one cannot be assigned."""
    review = FakeReview()
    for at, reason in enumerate(texts.IN_REVIEW):
        item = waiting(
            f"evt_{at:02d}",
            reason,
            None if reason in (Reason.UNREADABLE, Reason.BAD_AMOUNT) else 10000 + at,
            NOW - timedelta(hours=at),
            named_text="RE-2026-9999 <b>x</b>",
            named_label="RE-2026-0098",
            named_currency="usd",
        )
        review.add(item)
    made = page(theme, review)
    made.show_review("evt_05")
    return made


def named_twice(theme: Theme) -> QWidget:
    """Money that stands on one invoice and is named for another."""
    review = picture_review()
    review.add(
        waiting(
            "evt_0",
            Reason.NAMED_TWICE,
            11900,
            NOW - timedelta(minutes=2),
            payment_id=None,
            held_label="RE-2026-0097",
            named_label="RE-2026-0113",
        )
    )
    other = row(113, "Bäckerei Voß", total=11900)
    review.found["evt_0"] = [Suggestion(other, (Why.NUMBER, Why.AMOUNT), likely=True)]
    made = page(theme, review)
    made.show_review("evt_0")
    return made


def decided(theme: Theme) -> InvoicesTab:
    """After two decisions."""
    review = picture_review()
    review.assign("evt_1", "id-113")
    review.set_aside("evt_3", "Mit dem Kunden am Telefon geklärt: er zahlt noch einmal in Euro")
    made = page(theme, review)
    assert made.review is not None
    made.review.pane.show_list(ReviewList.DECIDED)
    made.review.pane.select_at(0)
    return made


def with_others(theme: Theme) -> QWidget:
    """Three that wait, and a shop on the same account."""
    review = picture_review()
    review.add(*shop_orders(220))
    return page(theme, review)


def only_others(theme: Theme) -> QWidget:
    """Nothing waits, and a shop on the same account."""
    review = FakeReview()
    review.add(*shop_orders(1))
    return page(theme, review)


def others(theme: Theme) -> QWidget:
    """Ansehen: the payments of the shop."""
    review = picture_review()
    review.add(*shop_orders(220))
    review.found["evt_shop_000"] = [Suggestion(BECKER, (Why.AMOUNT,), likely=False)]
    made = page(theme, review)
    assert made.review is not None
    made.review.pane.others.look.click()
    return made


def others_hidden(theme: Theme) -> QWidget:
    """Nicht mehr zeigen: the line stands under Entschieden."""
    made = decided(theme)
    assert made.review is not None
    review = made.review._review
    assert isinstance(review, FakeReview)
    review.add(*shop_orders(20))
    made.review.pane.others.hide_wanted.emit(True)
    return made


def just_done(theme: Theme) -> QWidget:
    """A moment after Zuordnen."""
    made = page(theme, picture_review())
    assert made.review is not None
    made.review.detail.assign_wanted.emit("id-113")
    return made


def empty(theme: Theme) -> QWidget:
    """Nothing waits."""
    return page(theme, FakeReview())


def choose(theme: Theme) -> QWidget:
    """Andere Rechnung wählen."""
    review = picture_review()
    return ChooseDialog(theme, review.items["evt_1"], lambda _t: review.invoices, None)


def split(theme: Theme) -> QWidget:
    """119,00 € too much on one invoice, to be put on another one of the customer."""
    made = replace(row(119, "Fahrschule Becker", InvoiceStatus.PAID, total=11900), paid_minor=23800)
    others = [
        row(113, "Fahrschule Becker", InvoiceStatus.OPEN, total=8900),
        row(104, "Fahrschule Becker", InvoiceStatus.OPEN, total=29750),
    ]
    dialog = SplitDialog(theme, made, 11900, lambda _text: others, None)
    dialog.view.setCurrentIndex(dialog.model.index(0))
    return dialog
