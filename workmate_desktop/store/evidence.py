"""What the events prove, read for the production checklist: single rows, newest first."""

from datetime import UTC, datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, Connection, func, select

from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.domain.events import PAYMENT_SUCCEEDED, Outcome, Source
from workmate_desktop.domain.evidence import AnswerTimes, Evidence, SeenPayment
from workmate_desktop.store.catch_up import cursor
from workmate_desktop.store.mails import SWITCH
from workmate_desktop.store.settings import setting
from workmate_desktop.store.tables import invoices, mail_outbox, notices, stripe_events

LATEST_ANSWERS = 20
"""So many answers tell how quick the listener is now."""
_RECENT = timedelta(days=30)
_events = stripe_events.c


def evidence(connection: Connection, *, livemode: bool, now: datetime) -> Evidence:
    """Everything for one mode. Reads for milliseconds, without an index at worst all events."""
    mode = _events.livemode == int(livemode)
    since = to_text(now - _RECENT)
    webhook = _events.source == Source.WEBHOOK.value
    types = select(_events.type).where(mode, webhook, _events.received_at > since).distinct()
    saved = cursor(connection, livemode=livemode)
    covered = saved.covered_until if saved else None
    return Evidence(
        delivered_at=_newest(connection, mode, webhook),
        delivered_types=frozenset(connection.execute(types).scalars()),
        payment=_payment(connection, mode),
        simulated_at=_newest(connection, mode, _events.source == Source.SIMULATION.value),
        answers=_answers(connection),
        failed_at=_newest(connection, mode, _failed()),
        failures_untold=_untold(connection, mode, since),
        fetched_until=datetime.fromtimestamp(covered, UTC) if covered is not None else None,
        mail_on=setting(connection, SWITCH) == "1",
        mail_waits_since=_mail_waits_since(connection),
    )


def _failed() -> ColumnElement[bool]:
    return _events.outcome == Outcome.FAILURE_RECORDED.value


def _newest(connection: Connection, *where: ColumnElement[bool]) -> datetime | None:
    query = select(_events.received_at).where(*where).order_by(_events.received_at.desc())
    found: str | None = connection.execute(query.limit(1)).scalar_one_or_none()
    return from_text(found) if found else None


def _payment(connection: Connection, mode: ColumnElement[bool]) -> SeenPayment | None:
    """The newest that came as a webhook, or else any that is no simulation."""
    query = (
        select(
            _events.received_at,
            _events.source,
            _events.amount_minor,
            _events.currency,
            invoices.c.number,
        )
        .outerjoin(invoices, invoices.c.id == _events.invoice_id)
        .where(
            mode,
            _events.type == PAYMENT_SUCCEEDED,
            _events.outcome == Outcome.BOOKED.value,
            _events.source != Source.SIMULATION.value,
        )
        .order_by(_events.received_at.desc())
        .limit(1)
    )
    by_webhook = query.where(_events.source == Source.WEBHOOK.value)
    row = connection.execute(by_webhook).first() or connection.execute(query).first()
    if row is None:
        return None
    return SeenPayment(
        from_text(row.received_at), Source(row.source), row.number, row.amount_minor, row.currency
    )


def _answers(connection: Connection) -> AnswerTimes | None:
    """Of both modes: the listener is the same."""
    query = (
        select(_events.answer_ms, _events.received_at)
        .where(_events.answer_ms.is_not(None))
        .order_by(_events.received_at.desc())
        .limit(LATEST_ANSWERS)
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    times = [float(row.answer_ms) for row in rows]
    return AnswerTimes(len(times), median(times), max(times), from_text(rows[0].received_at))


def _mail_waits_since(connection: Connection) -> datetime | None:
    query = select(func.min(mail_outbox.c.at)).where(mail_outbox.c.attempts > 0)
    found: str | None = connection.execute(query).scalar_one_or_none()
    return from_text(found) if found else None


def _untold(connection: Connection, mode: ColumnElement[bool], since: str) -> int:
    """Failures without a notice: there should never be any."""
    failed = select(_events.id).where(mode, _failed(), _events.received_at > since)
    told = select(notices.c.event_id).where(notices.c.at > since)
    ids = set(connection.execute(failed).scalars())
    return len(ids - set(connection.execute(told).scalars())) if ids else 0
