"""A list of Stripe's is read page by page, and each page must bring something new.

https://docs.stripe.com/api/pagination
"""

from collections.abc import Collection

from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused

_PATIENCE = 2
"""So many pages in a row may repeat what is known: a page that came twice is no trouble."""


class Onward:
    """One reading of one list, from its first page to its last."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._still = 0

    def page(self, ids: Collection[str], *, more: bool) -> None:
        """The ids of the page that came. Raises `StripeRefused` (STANDS_STILL) when the list does
        not get on: pages without anything new, or an empty one with more behind it."""
        if not more:
            return
        if not ids:
            raise StripeRefused(StripeRefusal.STANDS_STILL)
        self._still = 0 if set(ids) - self._seen else self._still + 1
        if self._still > _PATIENCE:
            raise StripeRefused(StripeRefusal.STANDS_STILL)
        self._seen.update(ids)
