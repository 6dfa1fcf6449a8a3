"""Small settings by key. Never a secret: those live behind gateways/secrets/keychain.py."""

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from workmate_desktop.store.common.tables import settings
from workmate_desktop.store.database.unit import Unit

DATABASE_ID = "database_id"
INSTANCE_ID = "workmate_instance"
TEST_DATA_DELETED_AT = "test_data.deleted_at"
"""Stripe's time until which test events were deleted, see deleted_test_data.py."""


class SettingVerbs:
    """What a transaction can do with settings."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def get(self, key: str) -> str | None:
        """The value kept under `key`; quick, for the path of every test payment."""
        row = self._unit.raw.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def set(self, key: str, value: str | None) -> None:
        """Keep `value`; None forgets it."""
        if value is None:
            self._unit.core.execute(delete(settings).where(settings.c.key == key))
            return
        statement = insert(settings).values(key=key, value=value)
        self._unit.core.execute(
            statement.on_conflict_do_update(index_elements=["key"], set_={"value": value})
        )


def setting(connection: Connection, key: str) -> str | None:
    """The value kept under `key`."""
    return connection.execute(
        select(settings.c.value).where(settings.c.key == key)
    ).scalar_one_or_none()
