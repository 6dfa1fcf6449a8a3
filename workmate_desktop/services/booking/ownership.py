"""Whose payment is it? One account at Stripe may serve a shop, or another WorkmateOS, as well."""

from dataclasses import replace

from workmate_desktop.domain.invoices.numbers import DEFAULT_FORMAT, format_of
from workmate_desktop.domain.review import MOST_NUMBERS
from workmate_desktop.domain.stripe.events import StripeEvent
from workmate_desktop.domain.text import simplified
from workmate_desktop.store.invoices.numbers import NUMBER_FORMAT
from workmate_desktop.store.transaction import Transaction


def is_not_ours(t: Transaction, event: StripeEvent, instance_id: str) -> bool:
    """The payment bears somebody else's mark, and nothing of an invoice here.

    Of another installation the id alone counts: both give the same numbers. Metadata of another
    program may stand beside a number of ours that the customer has typed.
    """
    if event.workmate_instance not in (None, instance_id):
        return event.invoice_ref is None or t.invoices.to_book(event.invoice_ref) is None
    return event.foreign and not any(t.invoices.to_book(one) for one in event.mentioned)


def with_own_numbers(t: Transaction, event: StripeEvent) -> StripeEvent:
    """The event with the numbers of the office's own format that stand in its texts."""
    form = format_of(t.settings.get(NUMBER_FORMAT), livemode=True)
    if form.text == DEFAULT_FORMAT:
        return event  # those are found by themselves
    own = form.numbers_in(simplified("|".join(event.written)))
    numbers = dict.fromkeys((*own, *event.mentioned))
    return replace(event, mentioned=tuple(numbers)[:MOST_NUMBERS])
