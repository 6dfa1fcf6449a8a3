"""What the events prove, read for the production checklist: single rows, newest first.

Each query walks an index of v0007_evidence and stops early, so that very many events cost nothing.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.domain.reception.evidence import Evidence, SeenPayment
from workmate_desktop.domain.stripe.events import PAYMENT_FAILED, PAYMENT_SUCCEEDED, Outcome, Source
from workmate_desktop.store.catch_up.position import cursor
from workmate_desktop.store.common.settings import setting
from workmate_desktop.store.common.tables import invoices, mail_outbox, notices, stripe_events
from workmate_desktop.store.notify.mails import SWITCH

_RECENT = timedelta(days=30)
_events = stripe_events.c


def evidence(connection: Connection, *, livemode: bool, now: datetime) -> Evidence:
    """Everything for one mode, but how quick the answers are: no row tells that."""
    since = to_text(now - _RECENT)
    saved = cursor(connection, livemode=livemode)
    covered = saved.covered_until if saved else None
    return Evidence(
        delivered_at=_newest(connection, livemode, Source.WEBHOOK),
        delivered_types=_delivered_types(connection, livemode, since),
        payment=_payment(connection, livemode),
        simulated_at=_newest(connection, livemode, Source.SIMULATION),
        failed_at=_failed_at(connection, livemode),
        failures_untold=_untold(connection, livemode, since),
        fetched_until=datetime.fromtimestamp(covered, UTC) if covered is not None else None,
        mail_on=setting(connection, SWITCH) == "1",
        mail_waits_since=_mail_waits_since(connection),
    )


def _of(livemode: bool, source: Source, *columns: Any) -> Select[Any]:
    """Events of one mode and source, newest first."""
    return (
        select(*columns)
        .where(_events.livemode == int(livemode), _events.source == source.value)
        .order_by(_events.received_at.desc())
    )


def _newest(connection: Connection, livemode: bool, source: Source) -> datetime | None:
    query = _of(livemode, source, _events.received_at).limit(1)
    return _moment(connection.execute(query).scalar_one_or_none())


def _delivered_types(connection: Connection, livemode: bool, since: str) -> frozenset[str]:
    """The two of the guide."""
    lately = _events.received_at > since
    succeeded = _of(livemode, Source.WEBHOOK, _events.type).where(
        lately, _events.type == PAYMENT_SUCCEEDED
    )
    found = set(connection.execute(succeeded.limit(1)).scalars())
    # There are few failures; asked for their source, SQLite would walk through all deliveries.
    sources = connection.execute(_failed(livemode, _events.source).where(lately)).scalars()
    if Source.WEBHOOK.value in set(sources):
        found.add(PAYMENT_FAILED)
    return frozenset(found)


def _payment(connection: Connection, livemode: bool) -> SeenPayment | None:
    """The newest that came as a webhook, or else the newest that was fetched."""

    def newest(source: Source) -> Row[Any] | None:
        query = _of(
            livemode,
            source,
            _events.received_at,
            _events.source,
            _events.amount_minor,
            _events.currency,
            invoices.c.number,
        )
        query = query.outerjoin(invoices, invoices.c.id == _events.invoice_id).where(
            _events.type == PAYMENT_SUCCEEDED, _events.outcome == Outcome.BOOKED.value
        )
        return connection.execute(query.limit(1)).first()

    rows = [newest(Source.WEBHOOK)]
    if rows == [None]:
        rows = [newest(source) for source in (Source.CATCH_UP, Source.POLL)]
    found = [row for row in rows if row is not None]
    if not found:
        return None
    row = max(found, key=lambda one: str(one.received_at))
    return SeenPayment(
        from_text(row.received_at), Source(row.source), row.number, row.amount_minor, row.currency
    )


def _failed(livemode: bool, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .where(
            _events.livemode == int(livemode),
            _events.outcome == Outcome.FAILURE_RECORDED.value,
        )
        .order_by(_events.received_at.desc())
    )


def _failed_at(connection: Connection, livemode: bool) -> datetime | None:
    query = _failed(livemode, _events.received_at).limit(1)
    return _moment(connection.execute(query).scalar_one_or_none())


def _untold(connection: Connection, livemode: bool, since: str) -> int:
    """Failures without a notice: there should never be any."""
    failed = _failed(livemode, _events.id).where(_events.received_at > since)
    ids = set(connection.execute(failed).scalars())
    if not ids:
        return 0
    told = select(notices.c.event_id).where(notices.c.at > since)
    return len(ids - set(connection.execute(told).scalars()))


def _mail_waits_since(connection: Connection) -> datetime | None:
    query = select(func.min(mail_outbox.c.at)).where(mail_outbox.c.attempts > 0)
    return _moment(connection.execute(query).scalar_one_or_none())


def _moment(text: str | None) -> datetime | None:
    return from_text(text) if text else None
