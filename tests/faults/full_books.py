"""Books in which every table holds rows and every column a value, written by the program itself."""

import json
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.factories import NOON, OfficeBooks, customer, draft, encoded, event_body, sign
from tests.reversal_events import refund_event
from tests.waiting import PATIENCE
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.invoices.closings import Closing
from workmate_desktop.domain.invoices.invoices import InvoiceItem
from workmate_desktop.domain.notify.mail import MailAccount
from workmate_desktop.domain.payments.charges import Charge
from workmate_desktop.domain.payments.links import CloseReason, LinkState
from workmate_desktop.domain.payments.payments import PaymentFee, RequestState, StaffKind
from workmate_desktop.store.events import search as event_search
from workmate_desktop.store.transaction import Transaction

BUYER = {
    "email": "rechnung@mueller.example",
    "street": "Schlossstraße 1",
    "postal_code": "56068",
    "city": "Koblenz",
    "country": "DE",
    "vat_id": "DE136695976",
}


def deliver(office: OfficeBooks, body: dict[str, Any]) -> str:
    """One event as Stripe sends it; returns its id."""
    raw = encoded(body)
    answer = office.receive.delivery(raw, sign(raw))
    assert (answer if isinstance(answer, int) else answer.result(PATIENCE)) == 200
    return str(body["id"])


def fill(office: OfficeBooks) -> None:
    """A few days of an office in which everything happens once."""
    office.writer.submit(_settings).result(PATIENCE)
    whose = customer(office, **BUYER)
    kept = office.books.customer(whose)
    assert kept is not None
    office.invoicing.save_customer(kept).result(PATIENCE)
    other = customer(office, "Öztürk KG", **{**BUYER, "email": "post@oeztuerk.example"})
    _drafts(office, whose, other)
    office.invoicing.begin_numbers("RE-{JJJJ}-{NNNN}", 2026, 7).result(PATIENCE)
    _payments(office, whose, other)
    _reversals(office, whose)
    _decisions(office, whose, other)
    office.writer.submit(_what_stripe_tells).result(PATIENCE)
    office.writer.submit(lambda t: event_search.fill(t.raw)).result(PATIENCE)
    office.settled()


def _drafts(office: OfficeBooks, whose: str, other: str) -> None:
    positions = (
        InvoiceItem("Beratung", Decimal("1.5"), "Std.", 10000, Decimal("19")),
        InvoiceItem("Anfahrt", Decimal(2), "Stück", 2500, Decimal("7")),
    )
    fields: dict[str, Any] = {"items": positions, "note": "Danke", "service_date": NOON.date()}
    for one in (whose, other):
        office.invoicing.save_draft(draft(one, **fields)).result(PATIENCE)
    cancelled = office.invoicing.issue(draft(whose, **fields)).result(PATIENCE)
    office.invoicing.cancel(cancelled, "doppelt geschrieben").result(PATIENCE)


def _payments(office: OfficeBooks, whose: str, other: str) -> None:
    today = office.clock.today()
    paid, failed, running, by_hand = (
        office.invoicing.issue(draft(one)).result(PATIENCE) for one in (whose, other, whose, other)
    )
    event_id = deliver(office, event_body(paid, intent_id="pi_paid"))
    older = "UPDATE stripe_events SET answer_ms = 1.5 WHERE id = ?"  # versions before wrote it
    office.writer.submit(lambda t: t.raw.execute(older, (event_id,))).result(PATIENCE)
    deliver(office, event_body(failed, failed="generic_decline"))
    body = event_body(running, intent_id="pi_running")
    body["type"] = "payment_intent.processing"
    body["data"]["object"] |= {"status": "processing", "amount_received": 0}
    deliver(office, body)
    office.invoicing.add_manual_payment(by_hand, 5000, "cash", today, note="bar").result(PATIENCE)
    wrong = office.invoicing.add_manual_payment(by_hand, 900, "cash", today).result(PATIENCE)
    office.invoicing.reverse_payment(wrong, "vertippt").result(PATIENCE)
    office.invoicing.close_rest(by_hand, Closing(StaffKind.WRITE_OFF, 6900, "Kulanz")).result(
        PATIENCE
    )


def _reversals(office: OfficeBooks, whose: str) -> None:
    invoice_id = office.invoicing.issue(draft(whose)).result(PATIENCE)
    deliver(office, event_body(invoice_id, intent_id="pi_back"))
    later = NOON + timedelta(minutes=1)
    deliver(office, refund_event("pi_back", 1900, created=later))
    refund = office.value("SELECT id FROM payments WHERE kind = 'refund'")
    office.invoicing.owe_again([refund], "falsche Rechnung").result(PATIENCE)


def _decisions(office: OfficeBooks, whose: str, other: str) -> None:
    target, too_much, second = (
        office.invoicing.issue(draft(one)).result(PATIENCE) for one in (whose, other, other)
    )
    loose = deliver(office, event_body(None, intent_id="pi_loose"))
    decision = office.review.assign(loose, target).result(PATIENCE)
    office.review.undo(decision).result(PATIENCE)
    office.review.set_aside(loose, "gehört nicht uns").result(PATIENCE)
    deliver(office, event_body(too_much, amount=20000, intent_id="pi_much"))
    office.review.split(too_much, second, 5000).result(PATIENCE)
    deliver(office, event_body(None, intent_id="pi_waits"))
    with_mark = event_body(None, intent_id="pi_marked", metadata={"invoice_number": "RE-2020-1"})
    deliver(office, with_mark)


def _what_stripe_tells(t: Transaction) -> None:
    intents = dict(
        t.raw.execute(
            "SELECT stripe_payment_intent_id, id FROM payments"
            " WHERE stripe_payment_intent_id IS NOT NULL"
        )
    )
    for number, intent in enumerate(("pi_paid", "pi_much")):
        made = NOON + timedelta(minutes=number)
        charge = Charge(f"ch_{number}", intent, True, 11900, 11900, made, ("card", "link")[number])
        t.charges.learn(charge)
        t.refunds.keep_fee(PaymentFee(intents[intent], f"txn_{number}", 190 + number, 11710, "eur"))
        payment = t.payments.get(intents[intent])
        assert payment is not None
        asked = t.refunds.ask(payment, 100 + number, "Kulanz", "anna")
        t.refunds.note_trouble(asked.id, "stripe_unreachable")
        t.refunds.close(asked.id, RequestState.DONE, f"re_{number}", "spät")
        _link(t, number)
        t.notices.add(NoticeKind.DISK_LOW, event_id=f"evt_{number}", free_mb=number)


def _link(t: Transaction, number: int) -> None:
    row = t.raw.execute(
        "SELECT id FROM invoices WHERE status <> 'draft' ORDER BY row_no LIMIT 1 OFFSET ?",
        (number,),
    ).fetchone()
    link = t.payment_links.reserve(
        f"link-{number}",
        row[0],
        idempotency_key=f"key-{number}",
        livemode=False,
        account="acct_office",
        amount_minor=11900 + number,
        currency="eur",
        request=f'{{"number": {number}}}',
    )
    t.payment_links.made(link.id, f"plink_{number}", f"https://buy.stripe.com/{number}")
    t.payment_links.must_close(link.id, CloseReason.PAID)
    t.payment_links.closed(link.id, LinkState.INACTIVE)
    t.payment_links.note_trouble(link.id, "stripe_unreachable")


def _settings(t: Transaction) -> None:
    t.settings.set("stripe.account_id", "acct_office")
    t.settings.set("stripe.account_name", "Büro Müller")
    account = MailAccount(
        "mail.example", sender="buero@example.org", recipient="chefin@example.org"
    )
    t.settings.set("mail.account", json.dumps(asdict(account)))
    t.settings.set("mail.on", "1")
    t.settings.set("tunnel.domain", "buero.ngrok.app")
    t.settings.set("step.disk", "{}")
