"""Which backups are kept, and what their names say."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workmate_desktop.domain.backups import BackupName, backup_name, kept_of

TODAY = date(2026, 11, 23)


def names(*texts: str) -> list[BackupName]:
    found = [backup_name(text) for text in texts]
    assert None not in found
    return [name for name in found if name is not None]


def kept(*texts: str) -> list[str]:
    return [str(name) for name in sorted(kept_of(names(*texts)))]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2026-11-23", BackupName(TODAY)),
        ("2026-11-23-1405", BackupName(TODAY, "1405")),
        ("2026-11-23-vor-update", BackupName(TODAY, before_update=True)),
        ("2026-02-30", None),
        ("2026-11-23-14055", None),
        ("2026-11-23-1405-2", None),
        ("Kopie von 2026-11-23", None),
        ("", None),
    ],
)
def test_names(text: str, name: BackupName | None) -> None:
    assert backup_name(text) == name
    if name is not None:
        assert str(name) == text


def test_the_last_three_of_today_and_the_last_of_each_other_day() -> None:
    assert kept(
        "2026-11-22",
        "2026-11-22-0900",
        "2026-11-22-1730",
        "2026-11-23",
        "2026-11-23-0800",
        "2026-11-23-0905",
        "2026-11-23-1010",
        "2026-11-23-1110",
    ) == ["2026-11-22-1730", "2026-11-23-0905", "2026-11-23-1010", "2026-11-23-1110"]


def test_one_a_day_for_14_days_and_one_a_month_for_12_months() -> None:
    days = [TODAY - timedelta(days=number) for number in range(500)]
    found = sorted((name.day for name in kept_of(BackupName(day) for day in days)), reverse=True)
    assert found[:14] == days[:14]
    assert found[14:] == [
        date(2026, 10, 31),
        date(2026, 9, 30),
        date(2026, 8, 31),
        date(2026, 7, 31),
        date(2026, 6, 30),
        date(2026, 5, 31),
        date(2026, 4, 30),
        date(2026, 3, 31),
        date(2026, 2, 28),
        date(2026, 1, 31),
        date(2025, 12, 31),
    ]


def test_what_was_made_before_an_update_goes_with_its_day() -> None:
    old = [str(BackupName(TODAY - timedelta(days=number))) for number in range(1, 20)]
    later = ("2026-10-30", "2026-11-23-0800")
    found = kept("2026-11-23-vor-update", "2026-10-20-vor-update", *later, *old)
    assert "2026-11-23-vor-update" in found
    assert "2026-10-20-vor-update" not in found


def test_a_clock_that_was_years_ahead_for_an_hour_deletes_no_day() -> None:
    days = [str(BackupName(TODAY - timedelta(days=number))) for number in range(13)]
    assert set(days) < set(kept("2036-01-01", *days))


@given(st.sets(st.integers(0, 900), max_size=60), st.sets(st.integers(0, 900), max_size=60))
def test_thinning_day_by_day_leaves_what_thinning_at_once_leaves(
    at_first: set[int], later: set[int]
) -> None:
    """Backups are made in order, and the newest is always kept."""
    made: set[BackupName] = set()
    for number in sorted(at_first | later):
        name = BackupName(date(2024, 1, 1) + timedelta(days=number))
        made = kept_of({*made, name})
        assert name in made
    assert len({name.day for name in made}) <= 14 + 12
