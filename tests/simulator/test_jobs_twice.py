"""Lives in which each job of the writer runs twice, the first time in vain, go right all the same.

That is what happens to the jobs of a commit when one of them fails (store/writer.py). The plain
model, the seals, the numbers and Stripe's own books are compared as in every other life.
"""

import pytest

from tests.simulator.life import invented, live
from tests.store.jobs_twice import run_jobs_twice

LIVES = 12
IN_ALL = {
    "services/booking/receive.py Receive.event",
    "services/booking/receive.py Receive.fetched",
    "services/booking/refunds.py Refunds.refund",
    "services/catch_up/comparison_parts.py Parts._keep",
    "services/invoices/invoicing.py Invoicing.add_manual_payment",
    "services/invoices/invoicing.py Invoicing.issue",
    "services/pay_links/pay.py Pay.link",
    "services/upkeep/seal_check.py SealCheck.run",
}
"""Some of those that a few lives have."""


@pytest.mark.timeout(600)
def test_jobs_bear_a_repetition(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = run_jobs_twice(monkeypatch)
    for seed in range(LIVES):
        story = live(seed, invented(seed))
        assert story.wrong == [], str(story)
    assert seen >= IN_ALL


@pytest.mark.timeout(600)
def test_a_job_that_bears_none_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A booking that remembers, outside of its transaction, which events it has seen."""
    from workmate_desktop.domain.stripe.events import Outcome
    from workmate_desktop.services.booking import receive
    from workmate_desktop.services.booking.book import Receipt, book

    remembered: set[str] = set()

    def forgetful(t, event, source, rules, bugs):  # type: ignore[no-untyped-def]
        if event.id in remembered:
            return Receipt(event, Outcome.DUPLICATE, known=True)
        remembered.add(event.id)
        return book(t, event, source, rules, bugs)

    monkeypatch.setattr(receive, "book", forgetful)
    run_jobs_twice(monkeypatch)
    story = live(1, invented(1))
    assert any("answered 200, and cannot be read" in one for one in story.wrong)
