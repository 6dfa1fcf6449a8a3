"""How far the daily comparison has come: it goes on there, also after a new start."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, make_books
from tests.waiting import PATIENCE
from workmate_desktop.services.catch_up.comparison_parts import EVERY_SECONDS, ComparedList, Parts

NOW, SINCE = 1_795_000_000, 1_787_000_000


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


def parts(office: OfficeBooks, *, livemode: bool = False) -> Parts:
    """As after a new start."""
    return Parts(office.writer, office.database, livemode=livemode)


def test_a_list_goes_on_behind_its_last_page(office: OfficeBooks) -> None:
    there = parts(office)
    assert there.begin(ComparedList.CHARGES, NOW, SINCE) == (SINCE, None)
    there.read_until(ComparedList.CHARGES, "ch_9")
    for again in (there, parts(office)):
        assert again.begin(ComparedList.CHARGES, NOW, SINCE + 5) == (SINCE, "ch_9")
        assert again.begin(ComparedList.CHARGES, NOW + 9, SINCE + 5) == (SINCE, "ch_9")
        assert again.begin(ComparedList.REFUNDS, NOW, SINCE + 5) == (SINCE + 5, None)
    assert parts(office, livemode=True).begin(ComparedList.CHARGES, NOW, SINCE + 5) == (
        SINCE + 5,
        None,
    )


def test_a_list_that_began_in_the_future_begins_anew(office: OfficeBooks) -> None:
    """The clock was set back: who knows what it would miss."""
    there = parts(office)
    there.begin(ComparedList.CHARGES, NOW, SINCE)
    there.read_until(ComparedList.CHARGES, "ch_9")
    assert there.begin(ComparedList.CHARGES, NOW - 1, SINCE - 1) == (SINCE - 1, None)


def test_a_list_is_due_a_day_after_it_began(office: OfficeBooks) -> None:
    there = parts(office)
    assert there.due(NOW) == list(ComparedList)
    there.begin(ComparedList.REFUNDS, NOW, SINCE)
    there.read_until(ComparedList.REFUNDS, "re_9")
    there.done(ComparedList.REFUNDS)
    for again in (there, parts(office)):
        assert (
            again.due(NOW)
            == again.due(NOW + EVERY_SECONDS - 1)
            == [ComparedList.CHARGES, ComparedList.DISPUTES]
        )
        assert again.due(NOW + EVERY_SECONDS) == again.due(NOW - 1) == list(ComparedList)
        assert again.begin(ComparedList.REFUNDS, NOW + EVERY_SECONDS, SINCE + 5) == (
            SINCE + 5,
            None,
        )


@pytest.mark.parametrize("kept", ["", "[]", '{"charges": 7}', '{"charges": {"begun": true}}'])
def test_what_somebody_tampered_with_counts_as_new(office: OfficeBooks, kept: str) -> None:
    office.writer.submit(lambda t: t.settings.set("comparison.parts.test", kept)).result(PATIENCE)
    assert parts(office).due(NOW) == list(ComparedList)
    assert parts(office).begin(ComparedList.CHARGES, NOW, SINCE) == (SINCE, None)
