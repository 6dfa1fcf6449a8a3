"""The checklist of an office that asks Stripe: nothing claims a webhook."""

from dataclasses import replace

from tests.services.reception.checklist_facts import ALL_WELL, POLLING
from tests.services.reception.test_checklist import told
from workmate_desktop.domain.reception.checklist import PointId, PointState
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.reception.checklist import checklist


def test_me8_what_nobody_needs_is_not_ticked_as_done() -> None:
    spared = [one.id for one in checklist(POLLING) if one.state is PointState.NOT_NEEDED]
    by_webhook = [PointId.ENDPOINT, PointId.EVENTS, PointId.SECRET, PointId.ADDRESS]
    assert spared == [*by_webhook, PointId.ANSWERS]
    assert all(one.state is PointState.DONE for one in checklist(ALL_WELL))


def test_me8_a_successful_poll_proves_the_key() -> None:
    never_tested = replace(POLLING, account=None)
    assert told(never_tested, PointId.LIVE_KEYS) == ("done", "live_unnamed", None)
    nobody_asked = replace(POLLING.reception, catch_up=CatchUpState(polling=True))
    unproven = replace(never_tested, reception=nobody_asked)
    assert told(unproven, PointId.LIVE_KEYS)[:2] == ("unknown", "not_tested")
