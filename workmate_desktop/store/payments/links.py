"""Payment links: a row with its key before Stripe is asked, then what became of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, select

from workmate_desktop.domain.changes import InvoiceChanged
from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.domain.payments.links import LONGEST_RUN, CloseReason, LinkState, PaymentLink
from workmate_desktop.store.common.owed import UNPAID_RAW
from workmate_desktop.store.common.tables import payment_links
from workmate_desktop.store.database.unit import Unit

_ADD = """
INSERT INTO payment_links (id, invoice_id, idempotency_key, livemode, account, amount_minor,
    currency, state, request, created_at, keyed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, 'creating', ?, ?, ?)"""

# Why a link must not be paid; null when it asks for exactly what is owed. A payment that runs
# for longer than the parameter allows has been lost sight of and hinders nothing any more.
_UNFINISHED = f"""
SELECT l.id, l.state,
    CASE WHEN i.status IN ('open', 'partially_paid')
            AND ifnull(i.running_since, '') < ?
            AND i.currency = l.currency AND {UNPAID_RAW} = l.amount_minor
        THEN NULL
        WHEN i.id IS NULL THEN 'deleted'
        WHEN i.status = 'cancelled' THEN 'cancelled'
        WHEN i.status = 'paid' THEN 'paid'
        WHEN {UNPAID_RAW} <> l.amount_minor THEN 'amount_changed'
        ELSE 'running' END
FROM payment_links l LEFT JOIN invoices i ON i.id = l.invoice_id
WHERE l.state IN ('creating', 'active', 'deactivating')"""


class PaymentLinkVerbs:
    """What a transaction can do with payment links. Each change of state is announced."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def reserve(
        self,
        link_id: str,
        invoice_id: str,
        *,
        idempotency_key: str,
        livemode: bool,
        account: str | None,
        amount_minor: int,
        currency: str,
        request: str,
    ) -> PaymentLink:
        """The row and its key, before the first call. `request` is what Stripe will be sent;
        it names `link_id`.

        Raises sqlite3.IntegrityError while the invoice has another that may be usable.
        """
        now = self._unit.now_text()
        self._unit.raw.execute(
            _ADD,
            (
                link_id,
                invoice_id,
                idempotency_key,
                int(livemode),
                account,
                amount_minor,
                currency,
                request,
                now,
                now,
            ),
        )
        self._unit.changed(InvoiceChanged(invoice_id))
        found = self.get(link_id)
        assert found is not None
        return found

    def get(self, link_id: str) -> PaymentLink | None:
        """One link, as this transaction sees it."""
        return link(self._unit.core, link_id)

    def live(self, invoice_id: str) -> PaymentLink | None:
        """The one link of the invoice that may be usable."""
        row = self._unit.raw.execute(
            "SELECT id FROM payment_links WHERE invoice_id = ? AND state IN ('creating', 'active')",
            (invoice_id,),
        ).fetchone()
        return None if row is None else self.get(row[0])

    def closing(self, invoice_id: str) -> list[PaymentLink]:
        """Links of the invoice that Stripe has still to switch off, oldest first."""
        found = self._unit.raw.execute(
            "SELECT id FROM payment_links WHERE invoice_id = ? AND state = 'deactivating'"
            " ORDER BY created_at, id",
            (invoice_id,),
        ).fetchall()
        links = (self.get(link_id) for (link_id,) in found)
        return [one for one in links if one is not None]

    def renew_key(self, link_id: str, idempotency_key: str) -> None:
        """Another key, where the old one can lead to nothing (services/pay_links/link_calls.py)."""
        self._change(
            link_id,
            "idempotency_key = ?, keyed_at = ?, trouble = NULL",
            (idempotency_key, self._unit.now_text()),
        )

    def made(self, link_id: str, stripe_link_id: str, url: str | None) -> None:
        """Stripe has made it, under an address that can be kept or not."""
        self._change(
            link_id,
            "state = CASE state WHEN 'creating' THEN 'active' ELSE state END,"
            " stripe_link_id = ?, url = ?, active_at = ?, trouble = NULL",
            (stripe_link_id, url, self._unit.now_text()),
        )

    def must_close(self, link_id: str, reason: CloseReason) -> None:
        """It must not be paid any more: to be switched off at Stripe until that succeeds."""
        self._change(
            link_id, "state = 'deactivating', close_reason = ?, trouble = NULL", (reason.value,)
        )

    def closed(self, link_id: str, state: LinkState, reason: CloseReason | None = None) -> None:
        """It is switched off at Stripe (`INACTIVE`), or never came to be (`REFUSED`)."""
        self._change(
            link_id,
            "state = ?, closed_at = ?, close_reason = ifnull(close_reason, ?), trouble = NULL",
            (state.value, self._unit.now_text(), reason.value if reason else None),
        )

    def note_trouble(self, link_id: str, code: str | None) -> None:
        """Why Stripe could not be asked, or None when it was."""
        self._change(link_id, "trouble = ?", (code,))

    def reason_to_close(self, link_id: str) -> CloseReason | None:
        """Why this link must not be paid any more; None when it asks for what is owed."""
        row = self._unit.raw.execute(
            f"{_UNFINISHED} AND l.id = ?", (_still_running(self._unit.clock.now()), link_id)
        ).fetchone()
        return CloseReason(row[2]) if row is not None and row[2] else None

    def orphan_test_links(self) -> None:
        """The test invoices go; their links stay until they are switched off at Stripe."""
        self._unit.raw.execute(
            "DELETE FROM payment_links WHERE livemode = 0 AND state IN ('inactive', 'refused')"
        )
        self._unit.raw.execute(
            "UPDATE payment_links SET invoice_id = NULL, state = 'deactivating',"
            " close_reason = ifnull(close_reason, 'deleted') WHERE livemode = 0"
        )

    def _change(self, link_id: str, assignments: str, values: tuple[object, ...]) -> None:
        row = self._unit.raw.execute(
            f"UPDATE payment_links SET {assignments} WHERE id = ? RETURNING invoice_id",
            (*values, link_id),
        ).fetchone()
        if row is not None and row[0] is not None:
            self._unit.changed(InvoiceChanged(row[0]))


# --- reading -----------------------------------------------------------------------------

_LIVE_FIRST = case((payment_links.c.state.in_(["creating", "active"]), 0), else_=1)


def link(connection: Connection, link_id: str) -> PaymentLink | None:
    """One link."""
    found = (
        connection.execute(select(payment_links).where(payment_links.c.id == link_id))
        .mappings()
        .one_or_none()
    )
    return None if found is None else _link(found)


def links_of(connection: Connection, invoice_id: str) -> list[PaymentLink]:
    """The links of an invoice: first the one that may be usable, then the newest."""
    query = (
        select(payment_links)
        .where(payment_links.c.invoice_id == invoice_id)
        .order_by(_LIVE_FIRST, payment_links.c.created_at.desc(), payment_links.c.id.desc())
    )
    return [_link(row) for row in connection.execute(query).mappings()]


def to_close(connection: Connection, now: datetime) -> list[str]:
    """Ids of the links that must not be paid any more, but may be usable at Stripe."""
    found = connection.exec_driver_sql(_UNFINISHED, (_still_running(now),)).all()
    return [link_id for link_id, state, reason in found if state == "deactivating" or reason]


def _still_running(now: datetime) -> str:
    return to_text(now - LONGEST_RUN)


def _link(row: Mapping[Any, Any]) -> PaymentLink:
    return PaymentLink(
        id=row["id"],
        invoice_id=row["invoice_id"],
        idempotency_key=row["idempotency_key"],
        stripe_link_id=row["stripe_link_id"],
        url=row["url"],
        livemode=bool(row["livemode"]),
        account=row["account"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        state=LinkState(row["state"]),
        request=row["request"],
        created_at=from_text(row["created_at"]),
        keyed_at=from_text(row["keyed_at"]),
        active_at=from_text(row["active_at"]) if row["active_at"] else None,
        closed_at=from_text(row["closed_at"]) if row["closed_at"] else None,
        close_reason=row["close_reason"],
        trouble=row["trouble"],
    )
