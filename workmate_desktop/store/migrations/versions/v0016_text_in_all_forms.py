"""Text is found in whatever form it was written: u with two dots apart, any dash, any blank.

The triggers fold letter by letter through `folding`, so more letters there are enough, for this
program and for what others write into the tables. Rows that were folded before are folded again;
which these are shows in what was folded: it still holds letters beyond ASCII.
"""

import json

from alembic import op

from workmate_desktop.store.common.folding import more_letters

revision = "0016"
down_revision = "0015"

_ADD = """INSERT OR REPLACE INTO folding (letter, plain)
    SELECT value ->> 0, value ->> 1 FROM json_each(?)"""
_BEYOND_ASCII = "GLOB '*[^ -~]*'"
# Each column stays what it is; naming it is what the triggers fold anew for.
_AGAIN = (
    f"UPDATE customers SET name = name WHERE sort_name {_BEYOND_ASCII}",
    f"UPDATE invoices SET currency = currency WHERE search_text {_BEYOND_ASCII}",
)


def upgrade() -> None:
    """Add the letters, then fold again."""
    connection = op.get_bind()
    connection.exec_driver_sql(_ADD, (json.dumps(list(more_letters())),))
    for statement in _AGAIN:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """An older program would search for what stands there in another form."""
    raise RuntimeError("restore a backup instead")
