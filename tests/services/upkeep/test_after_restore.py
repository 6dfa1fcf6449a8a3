"""An older backup took the place of the books: what came since is fetched, and nothing guessed."""

from pathlib import Path
from typing import Any

from tests.factories import issued, make_books
from tests.services.booking.review_office import item, row, waiting
from tests.services.catch_up.absence import Absence
from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.services.upkeep.backups import Backups


def test_money_of_lost_invoices_waits_and_is_told(tmp_path: Path) -> None:
    """The link of an invoice that the backup does not know stays open at Stripe."""
    (tmp_path / "daten").mkdir()
    absence = Absence(tmp_path / "daten")
    [kept] = absence.invoices(1)
    absence.first_run()
    absence.later(hours=2)
    backups = Backups(absence.office.data_dir, absence.clock)
    backups.save_copy(tmp_path / "stick.sqlite3")
    [lost] = absence.invoices(1)
    number = row(absence.office, lost).number
    named: dict[str, Any] = {"metadata[invoice_number]": number}
    absence.pay(kept)
    absence.pay(lost, **named)
    assert absence.run().payments == 2
    absence.later(hours=1)

    backups.look(tmp_path / "stick.sqlite3")
    absence.office.close()
    backups.decide()
    backups.finish()
    absence.office = office = make_books(tmp_path / "daten", absence.clock, absence.office.keys)
    absence.catch_up = absence.new_catch_up()
    other = issued(office, name="Andere GmbH", total_minor=5000)
    assert row(office, other).number == "TEST-2026-0003", f"{number} is with a customer already"

    found = absence.run()
    assert (found.payments, found.reviews) == (1, 1)
    absence.pay(lost, **named)  # by the old link, once more
    assert absence.run().reviews == 1
    assert row(office, kept).paid_minor == 11900
    assert row(office, other).paid_minor == 0
    items = [item(office, waits) for waits in waiting(office)]
    told = [(one.reason, one.amount_minor) for one in items]
    assert told == [(Reason.UNKNOWN_INVOICE, 11900)] * 2
    assert len(absence.notices("needs_review")) == 2
    absence.run()
    assert office.value("SELECT sum(amount_minor) FROM payments") == 3 * 11900
    absence.close()
