"""S11: what the books say about when something came is Stripe's time, whatever this PC's clock."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOON, OfficeBooks, event_body, issued, make_books
from tests.services.booking.review_office import deliver
from tests.services.catch_up.absence import OfficeClock
from tests.waiting import PATIENCE
from workmate_desktop.domain.clock import to_text
from workmate_desktop.domain.invoices.closings import WRITE_OFF, Closing

TRUE = to_text(NOON)


@pytest.fixture(params=[48 * 3600, -48 * 3600, 600, 0], ids=["+48h", "-48h", "+10min", "right"])
def office(tmp_path: Path, request: Any) -> Iterator[OfficeBooks]:
    """The clock of its PC is wrong, and was compared with Stripe's."""
    clock = OfficeClock(NOON)
    clock.pc_is_ahead = request.param
    clock.set(NOON)
    clock.note_stripe_time(NOON)
    made = make_books(tmp_path, clock)
    yield made
    made.close()


def today(office: OfficeBooks) -> date:
    """What staff see on the wall, and so choose."""
    return office.clock.today()


def test_sa11_an_event_is_dated_by_stripes_clock(office: OfficeBooks) -> None:
    event_id = deliver(office, event_body(issued(office)))
    kept = office.books.event(event_id)
    assert kept is not None and to_text(kept.received_at) == TRUE
    assert office.value("SELECT received_at FROM payments") == TRUE


def test_sa11_an_event_without_a_time_of_its_own(office: OfficeBooks) -> None:
    event_id = deliver(office, event_body(issued(office)) | {"created": "gestern"})
    kept = office.books.event(event_id)
    assert kept is not None and to_text(kept.created_at) == TRUE


def test_sa11_what_staff_do_today(office: OfficeBooks) -> None:
    paid, closed, back = issued(office), issued(office), issued(office)
    office.invoicing.add_manual_payment(paid, 23800, "cash", today(office)).result(PATIENCE)
    office.invoicing.close_rest(closed, Closing(WRITE_OFF, 11900, "Kulanz")).result(PATIENCE)
    entered = office.invoicing.add_manual_payment(back, 11900, "cash", today(office)).result(
        PATIENCE
    )
    office.invoicing.reverse_payment(entered, "vertippt").result(PATIENCE)
    office.review.split(paid, back, 11900).result(PATIENCE)
    assert {at for (at,) in office.rows("SELECT received_at FROM payments")} == {TRUE}
    assert office.value("SELECT count(*) FROM payments") == 6


def test_sa11_another_day_is_the_day_that_staff_chose(office: OfficeBooks) -> None:
    day = today(office) - timedelta(days=7)
    office.invoicing.add_manual_payment(issued(office), 100, "cash", day).result(PATIENCE)
    noon = office.clock.midnight(day) + timedelta(hours=12)
    assert office.value("SELECT received_at FROM payments") == to_text(noon)
