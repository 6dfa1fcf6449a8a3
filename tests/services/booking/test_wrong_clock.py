"""SAFE S9: a time of this PC is never taken for one of Stripe's, however late that is measured."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.services.catch_up.absence import Absence
from tests.standins.stripe_api import SECRET_KEY
from tests.waiting import PATIENCE
from workmate_desktop.domain.clock import to_text
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.store.common.settings import TEST_DATA_DELETED_AT
from workmate_desktop.store.events.deleted_test_data import MENDING

DAY = 86_400.0
WRONG = [-1000 * DAY, -2 * DAY, 0.0, 2 * DAY, 1000 * DAY]
PAIRS = [(one, one) for one in WRONG] + [
    (2 * DAY, 0.0),
    (1000 * DAY, 0.0),
    (-1000 * DAY, 0.0),
    (0.0, 1000 * DAY),
    (0.0, -1000 * DAY),
    (1000 * DAY, -2 * DAY),
]
"""So many seconds the PC is ahead: at first, and later."""


def _start_anew(absence: Absence, pc_is_ahead: float) -> None:
    """Nothing is known of Stripe's clock until its first answer."""
    absence.clock.pc_is_ahead, absence.clock.offset = pc_is_ahead, 0.0
    absence.clock.set(absence.clock.true_time)
    absence.catch_up = absence.new_catch_up()


def _delete(absence: Absence) -> None:
    absence.office.invoicing.delete_test_data().result(PATIENCE)


def _ignored(absence: Absence) -> int:
    sql = "SELECT count(*) FROM stripe_events WHERE detail LIKE '%deleted_test_data%'"
    return int(absence.office.value(sql))


@pytest.mark.parametrize(("ahead", "after"), PAIRS)
def test_sa9_test_data_deleted_while_the_clock_is_wrong_and_unmeasured(
    tmp_path: Path, ahead: float, after: float
) -> None:
    absence = Absence(tmp_path)
    try:
        [old] = absence.invoices(1)
        absence.later(minutes=5)
        absence.pay(old)
        assert absence.run().payments == 1
        absence.later(minutes=3)
        _start_anew(absence, ahead)
        _delete(absence)
        if after != ahead:
            _start_anew(absence, after)  # somebody set the clock
        invoices = absence.invoices(3)
        for hours, invoice in zip((0, 20, 27), invoices, strict=True):
            absence.later(hours=hours, seconds=1)
            absence.pay(invoice)
        assert absence.run().payments == 3
        assert absence.paid() == 3
        assert absence.office.review.open_items() == []
    finally:
        absence.close()


@pytest.mark.parametrize("ahead", WRONG)
def test_sa9_what_was_deleted_stays_away(tmp_path: Path, ahead: float) -> None:
    """Stripe tells it again, in the overlap and by other names; its neighbour is new."""
    absence = Absence(tmp_path)
    try:
        [old] = absence.invoices(1)
        absence.later(minutes=5)
        absence.pay(old)
        assert absence.run().payments == 1
        absence.pay(old)  # in the same second, and not told yet
        _start_anew(absence, ahead)
        _delete(absence)
        result = absence.run()
        assert (result.payments, result.reviews) == (0, 1)  # of an invoice that is gone
        assert absence.office.value("SELECT count(*) FROM payments") == 1
    finally:
        absence.close()


def test_sa9_a_simulated_payment_tells_nothing_of_stripes_time(tmp_path: Path) -> None:
    absence = Absence(tmp_path, pc_is_ahead=2 * DAY)
    try:
        [invoice] = absence.invoices(1)
        _simulate(absence.office.receive, absence, invoice)
        _delete(absence)
        [later] = absence.invoices(1)
        absence.later(minutes=1)
        absence.pay(later)
        assert absence.run().payments == 1
    finally:
        absence.close()


def _simulate(receive: Receive, absence: Absence, invoice: str) -> None:
    from tests.factories import encoded, event_body, sign

    body = event_body(invoice, created=absence.clock.now())
    receive.expect_simulation(body["id"])
    answer = receive.delivery(encoded(body), sign(encoded(body), at=absence.clock.now()))
    assert not isinstance(answer, int)
    answer.result(PATIENCE)


@pytest.mark.parametrize("set_right", [False, True])
def test_sa9_a_time_that_an_older_version_kept_is_mended(tmp_path: Path, set_right: bool) -> None:
    absence = Absence(tmp_path, pc_is_ahead=2 * DAY)
    try:
        kept = to_text(absence.clock.now())
        absence.office.writer.submit(lambda t: t.settings.set(TEST_DATA_DELETED_AT, kept)).result()
        absence.catch_up.note_installation()
        invoices = absence.invoices(2)
        absence.later(minutes=5)
        absence.pay(invoices[0])
        if set_right:
            _start_anew(absence, 0.0)
        absence.run()
        absence.later(hours=3)
        absence.pay(invoices[1])
        absence.run()
        assert absence.paid() == 2
        assert _ignored(absence) == 0
    finally:
        absence.close()


@pytest.mark.parametrize(("installed", "then"), PAIRS)
def test_sa9_the_first_run_finds_what_came_since_the_installation(
    tmp_path: Path, installed: float, then: float
) -> None:
    """Also where the clock was wrong on that day, and is right or otherwise wrong today."""
    absence = Absence(tmp_path, pc_is_ahead=installed)
    try:
        absence.catch_up.note_installation()
        invoices = absence.invoices(2)
        for invoice in invoices:
            absence.later(hours=20)
            absence.pay(invoice)
        _start_anew(absence, then)
        absence.later(hours=5)
        assert absence.run().payments == 2
        assert absence.paid() == 2
    finally:
        absence.close()


def test_sa9_a_right_clock_fetches_nothing_older(tmp_path: Path) -> None:
    absence = Absence(tmp_path)
    try:
        [invoice] = absence.invoices(1)
        absence.clock.set(absence.clock.true_time - timedelta(days=3))
        absence.pay("RE-1999-0001")
        absence.clock.set(absence.clock.true_time + timedelta(days=3))
        absence.catch_up.note_installation()
        absence.later(days=1)
        absence.pay(invoice)
        assert absence.run().seen == 1
    finally:
        absence.close()


def _refund(absence: Absence, intent: str) -> None:
    """In Stripe's dashboard."""
    form = urlencode({"payment_intent": intent, "amount": 1900})
    assert absence.stripe.answer("POST", "/v1/refunds", form, SECRET_KEY, None)[0] == 200


def _by_hand(absence: Absence, invoice: str) -> None:
    day = absence.clock.today()
    absence.office.invoicing.add_manual_payment(invoice, 1900, "cash", day).result(PATIENCE)


def _sums(absence: Absence, invoice: str) -> tuple[int, int]:
    row = absence.office.books.invoice_row(invoice)
    assert row is not None
    return row.payable_minor, row.overpaid_minor


@pytest.mark.parametrize("set_right", [False, True])
@pytest.mark.parametrize("ahead", WRONG)
@pytest.mark.parametrize("staff_first", [False, True])
def test_sa9_what_staff_did_before_the_clock_was_measured_stands_in_its_place(
    tmp_path: Path, ahead: float, staff_first: bool, set_right: bool
) -> None:
    """Paid too much and refunded in part: what is forgiven follows from which came first."""
    absence = Absence(tmp_path)
    try:
        [invoice] = absence.invoices(1)
        absence.later(minutes=5)
        absence.pay(invoice)
        assert absence.run().payments == 1
        intent = absence.office.value("SELECT stripe_payment_intent_id FROM payments")
        absence.later(hours=1)
        _start_anew(absence, ahead)
        if staff_first:
            _by_hand(absence, invoice)
            absence.later(hours=1)
            _refund(absence, intent)
        else:
            _refund(absence, intent)
            absence.later(hours=1)
            assert absence.run().reversals == 1
            _start_anew(absence, ahead)
            _by_hand(absence, invoice)
        absence.later(hours=1)
        if set_right:
            absence.clock.pc_is_ahead, absence.clock.offset = 0.0, 0.0
            absence.later(minutes=1)
        absence.run()
        # Of too much received the refund was the excess; else it was given back on purpose.
        assert _sums(absence, invoice) == ((0, 0) if staff_first else (0, 1900))
        absence.run()
        assert _sums(absence, invoice) == ((0, 0) if staff_first else (0, 1900))
    finally:
        absence.close()


def test_sa9_an_end_in_the_middle_of_the_mending_forgets_no_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absence = Absence(tmp_path, pc_is_ahead=2 * DAY)
    try:
        kept = to_text(absence.clock.now())
        absence.office.writer.submit(lambda t: t.settings.set(TEST_DATA_DELETED_AT, kept)).result()
        absence.catch_up.note_installation()
        [invoice] = absence.invoices(1)
        absence.later(minutes=5)
        _deliver(absence, invoice)
        assert _ignored(absence) == 1
        with monkeypatch.context() as patched:
            patched.setattr(Receive, "reprocess", _killed)
            with pytest.raises(ProcessLookupError):
                absence.run()
        _start_anew(absence, 2 * DAY)
        absence.run()
        assert absence.paid() == 1
        assert _ignored(absence) == 0
        assert absence.office.value("SELECT count(*) FROM settings WHERE key = ?", MENDING) == 0
    finally:
        absence.close()


def _killed(*_arguments: object) -> None:
    raise ProcessLookupError


def _deliver(absence: Absence, invoice: str) -> None:
    from tests.factories import encoded, event_body, sign

    created = absence.clock.true_time
    body = encoded(event_body(invoice, created=created))
    answer = absence.office.receive.delivery(body, sign(body, at=absence.clock.now()))
    assert not isinstance(answer, int)
    answer.result(PATIENCE)
