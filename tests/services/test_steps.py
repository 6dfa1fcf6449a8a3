"""Steps of the background: a pause that grows, one notice for one cause, kept over a restart."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.factories import OfficeBooks, make_books
from tests.services.catch_up.absence import Absence
from tests.standins.stripe_api import Key
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.steps import PROGRAM_FAULT, StepName, StepState
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.catch_up.after_catch_up import AfterCatchUp
from workmate_desktop.services.catch_up.comparison import Comparison
from workmate_desktop.services.steps import NOTHING_DUE, NOTHING_LEFT, Steps
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.upkeep.steps import steps as kept_steps

NOBODY_CANCELS = threading.Event()
RESTRICTED = "rk_test_StandIn0000000000001111"
CHARGES = ("rak_charge_read", "rak_balance_transaction_source_read")


def new_steps(office: OfficeBooks) -> Steps:
    return Steps(office.writer, office.database, office.clock, office.announcer)


def notices(office: OfficeBooks) -> list[dict[str, Any]]:
    office.settled()
    found = office.rows("SELECT detail FROM notices WHERE kind = 'step_failed' ORDER BY rowid")
    return [json.loads(text) for (text,) in found]


def refused(kind: StripeRefusal, right: str | None = None) -> StripeRefused:
    return StripeRefused(kind, right=right)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


def test_the_pause_grows_up_to_a_limit_and_ends_with_success(office: OfficeBooks) -> None:
    step = new_steps(office).step(StepName.COMPARISON)
    pauses = []
    for _ in range(9):
        assert step.may_run
        pauses.append(step.failed(refused(StripeRefusal.STRIPE_DOWN)) // timedelta(minutes=1))
        office.clock.advance(minutes=pauses[-1] - 0.1)
        assert not step.may_run
        office.clock.advance(minutes=0.1)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    step.done()
    assert step.may_run
    assert step.failed(refused(StripeRefusal.STRIPE_DOWN)) == timedelta(minutes=1)


def test_told_at_the_second_failure_once_and_over_when_it_works(office: OfficeBooks) -> None:
    step = new_steps(office).step(StepName.COMPARISON)
    step.failed(refused(StripeRefusal.NO_RIGHT, "rak_dispute_read"))
    assert notices(office) == []
    for _ in range(3):
        step.failed(refused(StripeRefusal.NO_RIGHT, "rak_dispute_read"))
    [told] = notices(office)
    assert (told["step"], told["trouble"], told["right"]) == (
        "comparison",
        "stripe_no_right",
        "rak_dispute_read",
    )
    step.done()
    [told] = notices(office)
    assert "over_at" in told
    step.failed(refused(StripeRefusal.STRIPE_DOWN))
    step.failed(refused(StripeRefusal.STRIPE_DOWN))
    assert ["over_at" in one for one in notices(office)] == [True, False]


def test_one_cause_that_stops_several_steps_is_one_notice(office: OfficeBooks) -> None:
    steps = new_steps(office)
    compared, fees = steps.step(StepName.COMPARISON), steps.step(StepName.FEES)
    for _ in range(2):
        for step in (compared, fees):
            step.failed(refused(StripeRefusal.NO_RIGHT, "rak_charge_read"))
    assert len(notices(office)) == 1
    compared.done()
    assert "over_at" not in notices(office)[0], "the fees still lack the right"
    fees.done()
    assert "over_at" in notices(office)[0]


def test_another_cause_is_another_notice(office: OfficeBooks) -> None:
    steps = new_steps(office)
    for name, code in ((StepName.BACKUP, "disk_full"), (StepName.SEALS, "disk_full")):
        for _ in range(2):
            steps.step(name).failed(UserError(code))
    assert [one["step"] for one in notices(office)] == ["backup", "seals"]
    steps.step(StepName.BACKUP).failed(UserError("backup_failed"))
    told = notices(office)
    assert [("over_at" in one, one["trouble"]) for one in told] == [
        (True, "disk_full"),
        (False, "disk_full"),
        (False, "backup_failed"),
    ]


def test_kept_over_a_restart(office: OfficeBooks) -> None:
    step = new_steps(office).step(StepName.COMPARISON)
    step.failed(refused(StripeRefusal.NO_RIGHT, "rak_dispute_read"))
    office.clock.advance(minutes=5)
    step.failed(refused(StripeRefusal.NO_RIGHT, "rak_dispute_read"))
    office.settled()
    again = new_steps(office)
    state = again.states()[StepName.COMPARISON]
    assert (state.failures, state.right) == (2, "rak_dispute_read")
    assert not again.step(StepName.COMPARISON).may_run, "a restart is no reason to ask sooner"
    office.clock.advance(minutes=2)
    assert again.step(StepName.COMPARISON).may_run
    again.step(StepName.COMPARISON).failed(refused(StripeRefusal.NO_RIGHT, "rak_dispute_read"))
    assert len(notices(office)) == 1
    again.step(StepName.COMPARISON).done()
    assert ["over_at" in one for one in notices(office)] == [True]


def _kept_as(text: str, t: Transaction) -> None:
    t.settings.set("step.fees", text)


def test_what_was_tampered_with_is_as_new(office: OfficeBooks) -> None:
    for text in ("", "[]", "null", '{"failures": true, "next_at": 5, "trouble": []}', '{"x'):
        office.writer.submit(partial(_kept_as, text)).result(PATIENCE)
        with office.database.reader() as connection:
            assert kept_steps(connection)[StepName.FEES] == StepState()


def test_a_clock_that_was_set_back_prolongs_no_pause(office: OfficeBooks) -> None:
    step = new_steps(office).step(StepName.FEES)
    step.failed(refused(StripeRefusal.STRIPE_DOWN))
    assert not step.may_run
    office.clock.advance(days=-400)
    assert step.may_run


def test_new_keys_or_a_person_end_every_pause(office: OfficeBooks) -> None:
    steps = new_steps(office)
    step = steps.step(StepName.FEES)
    step.failed(refused(StripeRefusal.NO_RIGHT))
    steps.retry_now()
    assert step.may_run
    assert steps.states()[StepName.FEES].failing, "it did not work yet"


def test_a_step_that_fails_stops_no_other_one(
    office: OfficeBooks, caplog: pytest.LogCaptureFixture
) -> None:
    steps, done = new_steps(office), []

    def no_net(_cancelled: Signal) -> None:
        raise refused(StripeRefusal.NO_NET)

    def bug(_cancelled: Signal) -> None:
        raise ZeroDivisionError

    def left_behind(_cancelled: Signal) -> StripeRefused:
        return refused(StripeRefusal.TIMEOUT)

    AfterCatchUp(
        (steps.step(StepName.REFUNDS), left_behind),
        (steps.step(StepName.COMPARISON), no_net),
        (steps.step(StepName.ENDPOINT), bug),
        (steps.step(StepName.FEES), lambda _cancelled: done.append(1)),
    )(NOBODY_CANCELS)
    assert done == [1]
    states = steps.states()
    assert states[StepName.REFUNDS].trouble == "stripe_timeout"
    assert states[StepName.COMPARISON].trouble == "stripe_no_net"
    assert states[StepName.ENDPOINT].trouble == PROGRAM_FAULT
    assert not states[StepName.FEES].failing
    assert "ZeroDivisionError" in caplog.text
    cancelled = threading.Event()
    cancelled.set()
    AfterCatchUp((steps.step(StepName.FEES), lambda _cancelled: done.append(2)))(cancelled)
    assert done == [1]


def test_what_was_not_due_is_neither_done_nor_failed(office: OfficeBooks) -> None:
    steps = new_steps(office)
    step = steps.step(StepName.COMPARISON)
    assert step.run(lambda: NOTHING_DUE)
    assert steps.states()[StepName.COMPARISON] == StepState()
    step.done()
    done = steps.states()[StepName.COMPARISON]
    office.clock.advance(hours=5)
    assert step.run(lambda: NOTHING_DUE)
    assert steps.states()[StepName.COMPARISON] == done, "when it was done last is the truth"


def test_nothing_left_to_do_ends_a_failure_and_its_notice(office: OfficeBooks) -> None:
    """Found by the simulator: what failed only to look whether it is due stayed failed for ever."""
    steps = new_steps(office)
    step = steps.step(StepName.SEARCH)
    step.done()
    done = steps.states()[StepName.SEARCH]
    office.clock.advance(hours=5)
    for _ in range(2):
        step.failed(UserError("database_damaged"))
    assert ["over_at" in one for one in notices(office)] == [False]
    assert steps.states()[StepName.SEARCH].failing
    office.clock.advance(hours=5)
    assert step.run(lambda: NOTHING_LEFT)
    assert steps.states()[StepName.SEARCH] == done, "when it was done last is the truth"
    assert ["over_at" in one for one in notices(office)] == [True]
    assert new_steps(office).states()[StepName.SEARCH] == done


def test_a_net_that_is_away_all_day_is_not_written_every_30_s(office: OfficeBooks) -> None:
    step = new_steps(office).step(StepName.CATCH_UP)
    written = []
    for _ in range(300):
        step.failed(refused(StripeRefusal.NO_NET))
        office.clock.advance(seconds=30)
        office.settled()
        written.append(office.value("SELECT value FROM settings WHERE key = 'step.catch_up'"))
    assert len(set(written)) == 9
    assert len(notices(office)) == 1, "after five minutes, once"
    assert new_steps(office).states()[StepName.CATCH_UP].failures == 256


def test_ending_the_program_is_no_failure(office: OfficeBooks) -> None:
    steps = new_steps(office)

    def broken_off(_cancelled: Signal) -> None:
        raise refused(StripeRefusal.CANCELLED)

    AfterCatchUp((steps.step(StepName.COMPARISON), broken_off))(NOBODY_CANCELS)
    assert not steps.states()[StepName.COMPARISON].failing


# --- the whole way: a restricted key -----------------------------------------------------------


class Restricted:
    """An office whose key may read what `rights` say, and its catch-up's followers."""

    def __init__(self, absence: Absence, *rights: str) -> None:
        self.at = absence
        self.office = absence.office
        self.allow(*rights)
        self.office.keys = StripeKeys("", RESTRICTED, ())
        self.restart()

    def allow(self, *rights: str) -> None:
        self.at.stripe.keys[RESTRICTED] = Key(frozenset({"rak_event_read", *rights}))

    def restart(self) -> None:
        office = self.office
        self.steps = Steps(office.writer, office.database, self.at.clock, office.announcer)
        self.comparison = Comparison(
            office.writer,
            office.database,
            office.receive,
            self.at.clock,
            self.at.api,
            lambda: office.keys,
            office.instance_id,
            Threads(),
        )
        self.follow = AfterCatchUp(
            (self.steps.step(StepName.COMPARISON), self.comparison.compare),
            (self.steps.step(StepName.FEES), self.comparison.fetch_fees),
        )

    def poll(self, *, minutes: float) -> None:
        """What happens in these minutes, every 30 s."""
        for _ in range(int(minutes * 2)):
            self.follow(NOBODY_CANCELS)
            self.at.later(seconds=30)

    def asked(self, path: str) -> int:
        return sum(one.path == path for one in self.at.stripe.asked)


@pytest.fixture
def absence(tmp_path: Path) -> Iterator[Absence]:
    made = Absence(tmp_path)
    made.first_run()
    yield made
    made.close()


def test_md1_a_key_that_may_not_read_disputes(absence: Absence) -> None:
    [late] = absence.invoices(1)
    absence.pay(late)  # told by no event
    there = Restricted(absence, *CHARGES)
    there.poll(minutes=1)
    assert absence.paid() == 1, "what the key may read is compared"
    there.poll(minutes=59)
    assert there.asked("/v1/charges") <= 3, "read once; one call more for its fee"
    assert there.asked("/v1/refunds") == 1
    assert 3 <= there.asked("/v1/disputes") <= 7, "the pause grows"
    [told] = notices(there.office)
    assert told["right"] == "rak_dispute_read"
    assert there.steps.states()[StepName.COMPARISON].failures >= 3
    there.allow(*CHARGES, "rak_dispute_read")
    there.steps.retry_now()
    there.poll(minutes=1)
    assert "over_at" in notices(there.office)[0]
    assert there.asked("/v1/refunds") == 1
    assert there.steps.states()[StepName.COMPARISON] == StepState(
        done_at=there.steps.states()[StepName.COMPARISON].done_at
    )


def test_md1_a_key_that_may_not_read_charges(absence: Absence) -> None:
    there = Restricted(absence, "rak_dispute_read")
    there.poll(minutes=30)
    [told] = notices(there.office)
    assert (told["step"], told["right"]) == ("comparison", "rak_charge_read")
    assert there.asked("/v1/disputes") == 1, "the other list is compared all the same, and once"
    assert there.asked("/v1/charges") <= 6


def test_md1_a_key_that_may_not_read_fees_misses_no_payment(absence: Absence) -> None:
    [late] = absence.invoices(1)
    absence.pay(late)
    there = Restricted(absence, "rak_charge_read", "rak_dispute_read")
    there.poll(minutes=5)
    assert absence.paid() == 1
    assert not there.steps.states()[StepName.COMPARISON].failing
    [told] = notices(there.office)
    assert (told["step"], told["right"]) == ("fees", "rak_balance_transaction_source_read")


def test_md1_pages_that_were_read_are_not_read_again(absence: Absence) -> None:
    absence.pay_all(absence.invoices(250), days=2)
    there = Restricted(absence, *CHARGES, "rak_dispute_read")
    answers = []

    def third_page_fails(asked: Any) -> None:
        if asked.path == "/v1/charges":
            answers.append(asked)
            if len(answers) == 2:  # the fault is for the request after this one
                absence.stripe.fail_next(Fault.RATE_LIMIT)

    absence.stripe.before_answer = third_page_fails
    assert not there.steps.step(StepName.COMPARISON).run(
        lambda: (there.comparison.compare(NOBODY_CANCELS), None)[1]
    )
    absence.stripe.before_answer = None
    assert absence.paid() == 200
    read = there.asked("/v1/charges")
    there.restart()  # killed meanwhile
    absence.later(minutes=2)
    found = there.comparison.compare(NOBODY_CANCELS)
    assert found.payments == 50
    assert absence.paid() == 250
    assert there.asked("/v1/charges") == read + 1


def test_md1_an_object_that_is_gone_begins_the_list_anew(absence: Absence) -> None:
    [late] = absence.invoices(1)
    absence.pay(late)
    there = Restricted(absence, *CHARGES, "rak_dispute_read")
    now = int(absence.clock.stripe_now())
    place = {"begun": now, "since": now - 86_400, "last": "ch_3NeverHeardOf"}
    text = json.dumps({"charges": place})
    there.office.writer.submit(lambda t: t.settings.set("comparison.parts.test", text)).result(
        PATIENCE
    )
    assert there.comparison.compare(NOBODY_CANCELS).payments == 1
