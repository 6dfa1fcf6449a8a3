"""`doctor` and the checklist say what the steps of the background cannot do."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.app.commands.test_doctor_checklist import Examined, _asked_just_now, office
from tests.factories import OfficeBooks
from tests.services.reception.checklist_facts import ALL_WELL, EARLIER, POLLING
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.reception.checklist import PointId, PointState, Remedy
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.services.reception.checklist import checklist
from workmate_desktop.services.reception.checklist_facts import ChecklistFacts
from workmate_desktop.services.steps import Steps
from workmate_desktop.words.checklist_texts import evidence_words

__all__ = ["office"]

NO_RIGHT = StripeRefused(StripeRefusal.NO_RIGHT, right="rak_dispute_read")


def fail(office: OfficeBooks, name: StepName, error: UserError, times: int = 2) -> Steps:
    steps = Steps(office.writer, office.database, office.clock)
    for _ in range(times):
        steps.step(name).failed(error)
    office.settled()
    return steps


def test_md1_doctor_tells_of_a_comparison_that_lacks_a_right(office: OfficeBooks) -> None:
    _asked_just_now(office, livemode=False)
    assert Examined(office.data_dir, "test").code == 0
    steps = fail(office, StepName.COMPARISON, NO_RIGHT, times=1)
    found = Examined(office.data_dir, "test")
    assert found.code == 1
    assert not any("kann nichts fehlen" in line for line in found.lines)
    line = found.line("Täglicher Abgleich mit Stripe: fehlgeschlagen seit")
    assert line.startswith("✗")
    assert "„Rückbuchungen lesen“ (Disputes: Read, rak_dispute_read)" in line
    point = found.line("Verpasste Ereignisse werden nachgeholt")
    assert point.startswith("✗")
    steps.step(StepName.COMPARISON).done()
    office.settled()
    found = Examined(office.data_dir, "test")
    assert found.code == 0
    assert found.line("Abruf:").endswith("Von davor kann nichts fehlen")


def test_md1_one_accident_is_a_line_but_no_alarm(office: OfficeBooks) -> None:
    _asked_just_now(office, livemode=False)
    fail(office, StepName.BACKUP, UserError("backup_failed"), times=1)
    found = Examined(office.data_dir, "test")
    assert found.line("Daten sichern: fehlgeschlagen").startswith("–")
    assert found.code == 0
    fail(office, StepName.BACKUP, UserError("disk_full"), times=1)
    found = Examined(office.data_dir, "test")
    assert found.line("Daten sichern: fehlgeschlagen").startswith("✗")
    assert found.code == 1


FAILING = StepState(failing_since=EARLIER, failures=2, trouble="stripe_stripe_down")
REFUSED = replace(FAILING, failures=1, trouble="stripe_no_right", right="rak_charge_read")


@pytest.mark.parametrize("facts", [ALL_WELL, POLLING], ids=["tunnel", "polling"])
def test_md1_the_checklist_has_an_open_point_with_one_action(
    facts: ChecklistFacts, tmp_path: Path
) -> None:
    def point(state: StepState) -> tuple[PointState, str, Remedy | None]:
        points = checklist(replace(facts, steps={StepName.COMPARISON: state}))
        found = next(one for one in points if one.id is PointId.CATCH_UP)
        others = [one for one in points if one.id is not PointId.CATCH_UP]
        assert others == [one for one in checklist(facts) if one.id is not PointId.CATCH_UP]
        return found.state, evidence_words(found, EARLIER, lambda at: at), found.remedy

    state, words, remedy = point(REFUSED)
    assert (state, remedy) == (PointState.WRONG, Remedy.CONFIGURE)
    assert words.startswith(
        "Täglicher Abgleich mit Stripe: dem Schlüssel fehlt das Recht"
        " „Zahlungen und Erstattungen lesen“"
    )
    state, words, remedy = point(FAILING)
    assert (state, remedy) == (PointState.WRONG, Remedy.FETCH)
    assert "%" not in words
    assert point(replace(FAILING, failures=1))[0] is PointState.DONE
    assert point(StepState(done_at=EARLIER))[0] is PointState.DONE
