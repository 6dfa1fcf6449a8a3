"""The outbox: notices that are still to be sent by e-mail."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = [
    # Rows with the same mail_id go out in one mail; without one they are still being collected.
    # A row goes when its mail was taken by the server, or was given up.
    """CREATE TABLE mail_outbox (
        notice_id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        mail_id TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_at TEXT NOT NULL
    )""",
    "CREATE INDEX mail_outbox_by_mail ON mail_outbox (mail_id)",
]


def upgrade() -> None:
    """Add the table and its index."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """There is no way back: mails that wait would be lost without a word."""
    raise RuntimeError("restore a backup instead")
