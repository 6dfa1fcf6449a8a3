"""Times as the database writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from workmate_desktop.domain.clock import from_text, to_text

AT = datetime(2026, 11, 23, 8, 0, 3, 120_999, UTC)


@pytest.mark.parametrize(
    "moment",
    [AT, AT.astimezone(timezone(timedelta(hours=5, minutes=30))), AT.astimezone(UTC)],
)
def test_every_zone_is_written_in_utc_to_the_millisecond(moment: datetime) -> None:
    assert to_text(moment) == "2026-11-23T08:00:03.120Z"


def test_what_was_written_is_read_back() -> None:
    assert from_text(to_text(AT)) == AT.replace(microsecond=120_000)
    assert to_text(AT.replace(microsecond=0)) == "2026-11-23T08:00:03.000Z"
