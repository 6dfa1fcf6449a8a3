"""Ids of rows: UUIDs that begin with the time of the program's clock."""

import uuid
from datetime import UTC, datetime, timedelta

from workmate_desktop.store.database.ids import new_id

AT = datetime(2026, 11, 23, 8, 0, 3, 120_000, UTC)


def test_it_is_a_uuid_of_version_7_with_the_given_time() -> None:
    for _ in range(200):  # every digit of the random part occurs
        found = uuid.UUID(new_id(AT))
        assert (found.version, found.variant) == (7, uuid.RFC_4122)
        assert found.int >> 80 == int(AT.timestamp() * 1000)


def test_later_rows_stand_later_and_no_two_are_the_same() -> None:
    assert new_id(AT) < new_id(AT + timedelta(milliseconds=1)) < new_id(AT + timedelta(days=999))
    assert len({new_id(AT) for _ in range(1000)}) == 1000


def test_ids_of_one_millisecond_stand_in_the_order_of_their_count() -> None:
    made = [new_id(AT, count) for count in range(4096)]
    assert made == sorted(made)
    assert new_id(AT, 4096) < made[1]  # the count begins anew: never a longer id
