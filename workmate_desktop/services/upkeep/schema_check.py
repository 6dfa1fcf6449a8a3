"""Do tables, indexes and triggers stay as they were made, also while the program runs?

Sums are kept by triggers, so a payment that comes without them would be wrong. What somebody
changed is put right, named with one notice, and all sums are reckoned anew
(services/upkeep/recount.py).
"""

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.services.upkeep.backup_keeper import BackupKeeper
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.schema.check import MENDED, SchemaAltered, look, mend_now, untold
from workmate_desktop.store.schema.migrate import NewerDatabase
from workmate_desktop.store.schema.schema import Looked
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer


class SchemaCheck:
    """Quick where nothing differs (one statement). Blocks: for the background."""

    def __init__(self, writer: Writer, database: Database, backups: BackupKeeper) -> None:
        self._writer = writer
        self._database = database
        self._backups = backups

    def run(self) -> UserError | None:
        """Look, mend and tell. Returns what only a restore mends.

        Raises the errors of the database, StoreUnavailable.
        """
        with self._database.reader() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            try:
                looked = look(raw)
            except SchemaAltered as error:
                return error
            except NewerDatabase:
                return UserError("database_newer")
            to_tell = bool(untold(raw))
        if looked.hopeless is not None:
            return SchemaAltered(looked.hopeless)
        try:
            if looked.differences:
                self._backups.before_mending()
                self._writer.submit(lambda t: self._mend(t, looked)).result()
            elif to_tell:
                self._writer.submit(_tell).result()
        except SchemaAltered as error:  # rows do not fit
            return error
        return None

    def _mend(self, t: Transaction, looked: Looked) -> None:
        mend_now(t.raw, looked)
        _tell(t)


def _tell(t: Transaction) -> None:
    found = untold(t.raw)
    t.settings.set(MENDED, None)
    if found:
        t.notices.add(
            NoticeKind.SCHEMA_MENDED,
            count=len(found),
            rows=[one.as_values() for one in found],
        )
