"""Is this delivery really from Stripe, and what does it say?

`verify` proves authenticity from the raw body and the `Stripe-Signature` header;
`parse` then reads the body into our own `StripeEvent`. Nothing is parsed, stored or
believed before `verify` has returned.
"""

import functools
import json
import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from workmate_desktop.domain.review import numbers_in
from workmate_desktop.domain.stripe.events import (
    CHARGE_TYPES,
    CHECKOUT_COMPLETED,
    PAYMENT_FAILED,
    PAYMENT_SUCCEEDED,
    REVERSAL_TYPES,
    RUNNING_TYPES,
    StripeEvent,
    UnreadableEvent,
)
from workmate_desktop.gateways.stripe.charges import charge_of_intent, method_of, read_charge
from workmate_desktop.gateways.stripe.reversals import reversal_event
from workmate_desktop.gateways.stripe.values import (
    CHARGE_ID,
    CODE,
    CURRENCY,
    INTENT_ID,
    LONGEST_METADATA,
    as_dict,
    matched,
    read_amount,
    read_metadata,
    read_moment,
    read_text,
)

if TYPE_CHECKING:
    from stripe import SignatureVerificationError, WebhookSignature

WINDOW_SECONDS = 300.0
"""How far a delivery's time may lie from ours, on either side (CONTRACT, HTTP, 400)."""

_LONGEST_HEADER = 4096
"""Characters. Stripe sends about 150, a few hundred while a secret is rolled."""


_EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,251}", re.ASCII)
_OUR_METADATA = frozenset(("invoice_id", "invoice_number", "workmate_instance"))
_MOST_METADATA = 50
"""Keys, Stripe's own limit. https://docs.stripe.com/api/metadata"""


class NotAuthenticReason(StrEnum):
    """Why a delivery is not believed.

    `TOO_OLD` and `IN_FUTURE` are only given when the signature itself is right: the
    delivery was signed with our secret, but our clock and its time disagree, or it is
    an old one repeated. They are worth a look at this PC's clock; the others are not.
    """

    MISSING = "missing"
    MALFORMED = "malformed"
    NOT_UTF8 = "not_utf8"
    WRONG = "wrong"
    TOO_OLD = "too_old"
    IN_FUTURE = "in_future"


class NotAuthentic(Exception):
    """The delivery is not proven to come from Stripe: answer 400, store nothing."""

    def __init__(self, reason: NotAuthenticReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def warm_up() -> None:
    """Import stripe's verifier, which is slow to import, ahead of the first delivery."""
    _verifier()


def verify(body: bytes, header: str | None, secrets: Sequence[str], now: float) -> None:
    """Return if `body` was signed with one of `secrets`, within the time window.

    `header` is the `Stripe-Signature` header as received, `None` when there was none.
    `secrets` are the active webhook secrets: several while one is being rolled, any may
    match any of the header's `v1` signatures. `now` is the time in seconds since 1970,
    UTC, from a clock corrected by the measured offset to Stripe's.

    Raises `NotAuthentic`, whatever is wrong with the input. Without any usable secret
    nothing is authentic; whether that means "not configured" is for the caller to know.
    """
    if header is None or not header.strip():
        raise NotAuthentic(NotAuthenticReason.MISSING)
    signed_at = _signed_at(header)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise NotAuthentic(NotAuthenticReason.NOT_UTF8) from None
    for secret in secrets:
        if _signed_with(secret, text, header):
            break
    else:
        raise NotAuthentic(NotAuthenticReason.WRONG)
    # Our own check: stripe's tolerance accepts any time in the future.
    if signed_at < now - WINDOW_SECONDS:
        raise NotAuthentic(NotAuthenticReason.TOO_OLD)
    if signed_at > now + WINDOW_SECONDS:
        raise NotAuthentic(NotAuthenticReason.IN_FUTURE)


def _signed_at(header: str) -> int:
    """The one `t=` of the header, in seconds since 1970.

    Exactly one is demanded, so that the time checked here is the time that was signed.
    """
    # Non-ASCII makes stripe's comparison raise TypeError instead of answering "no".
    if len(header) > _LONGEST_HEADER or not header.isascii():
        raise NotAuthentic(NotAuthenticReason.MALFORMED)
    times = [item[2:] for item in header.split(",") if item.startswith("t=")]
    if len(times) != 1 or not times[0].isdigit() or len(times[0]) > 12:
        raise NotAuthentic(NotAuthenticReason.MALFORMED)
    return int(times[0])


def _signed_with(secret: str, text: str, header: str) -> bool:
    verifier, refused = _verifier()
    try:
        # No tolerance here: the window is checked by `verify`, on both sides.
        return bool(verifier.verify_header(text, header, secret, tolerance=None))
    except (refused, ValueError, TypeError):
        # ValueError: a stored secret that cannot even be encoded matches nothing.
        return False


@functools.cache
def _verifier() -> "tuple[type[WebhookSignature], type[SignatureVerificationError]]":
    from stripe import SignatureVerificationError, WebhookSignature

    return WebhookSignature, SignatureVerificationError


def parse(body: bytes, received_at: datetime) -> StripeEvent:
    """Read a verified body into the fields this program needs, and nothing else.

    No names, addresses or card data of the payer are taken over. A value that is not what
    Stripe documents is left out and named in `problem`, so that the event is still kept and
    a person decides. `received_at` (UTC) stands in for a `created` that cannot be true.

    Raises `UnreadableEvent` when it cannot even be told what the event is about: not JSON,
    a key given twice, not an object, no id of an event, a payment without an intent's id.
    """
    values = _object_in(body)
    event_id = values.get("id")
    if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
        raise UnreadableEvent("event_id")
    kind = read_text(values.get("type"), longest=255)
    if kind is None:
        raise UnreadableEvent("event_type")
    if values.get("object") == "v2.core.event":
        return _other_event(values, event_id, kind, received_at)
    if kind in (PAYMENT_SUCCEEDED, PAYMENT_FAILED):
        return _payment_event(values, event_id, kind, received_at)
    if kind in RUNNING_TYPES:
        return _running_event(values, event_id, kind, received_at)
    if kind in REVERSAL_TYPES:
        return reversal_event(values, event_id, kind, received_at)
    if kind in CHARGE_TYPES:
        return _charge_event(values, event_id, kind, received_at)
    return _other_event(values, event_id, kind, received_at)


def _object_in(body: bytes) -> dict[str, Any]:
    try:
        values = _JSON.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise UnreadableEvent("not_utf8") from None
    except (ValueError, RecursionError):
        raise UnreadableEvent("json") from None
    if not isinstance(values, dict):
        raise UnreadableEvent("not_an_object")
    return values


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two amounts Python would silently believe the last.
    values = dict(pairs)
    if len(values) != len(pairs):
        raise UnreadableEvent("duplicate_key")
    return values


# NaN and Infinity are no JSON: read as "no value", so that such an amount goes to review.
_JSON = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_constant=lambda _: None)


def _payment_event(
    values: dict[str, Any], event_id: str, kind: str, received_at: datetime
) -> StripeEvent:
    intent = as_dict(as_dict(values.get("data")).get("object"))
    intent_id = intent.get("id")
    if not isinstance(intent_id, str) or not INTENT_ID.fullmatch(intent_id):
        raise UnreadableEvent("intent_id")
    livemode = values.get("livemode")
    # What was really received counts, not what was asked for.
    amount = read_amount(intent.get("amount_received" if kind == PAYMENT_SUCCEEDED else "amount"))
    currency = matched(CURRENCY, intent.get("currency"))
    created = read_moment(values.get("created"))
    problems = {
        "livemode": not isinstance(livemode, bool),
        "amount": amount is None,
        "currency": currency is None,
        "created": created is None,
    }
    metadata = as_dict(intent.get("metadata"))
    written = _written(intent, metadata)
    charge = charge_of_intent(intent) if kind == PAYMENT_SUCCEEDED else {}
    latest = charge or intent.get("latest_charge")
    if isinstance(latest, dict):
        latest = latest.get("id")
    error = as_dict(intent.get("last_payment_error")) if kind == PAYMENT_FAILED else {}
    return StripeEvent(
        id=event_id,
        type=kind,
        created=created or received_at,
        livemode=livemode is True,
        payment_intent_id=intent_id,
        amount_minor=amount,
        currency=currency,
        intent_status=matched(CODE, intent.get("status")),
        invoice_ref=read_metadata(metadata.get("invoice_id")),
        invoice_number=read_metadata(metadata.get("invoice_number")),
        workmate_instance=read_metadata(metadata.get("workmate_instance")),
        method=(method_of(charge) if charge else None) or _method(intent, error),
        decline_code=matched(CODE, error.get("decline_code")) if error else None,
        failure_code=matched(CODE, error.get("code")) if error else None,
        account=read_text(values.get("account"), longest=255),
        problem=next((name for name, found in problems.items() if found), None),
        mentioned=numbers_in(written),
        written=written,
        foreign=bool(metadata) and _OUR_METADATA.isdisjoint(metadata),
        charge_id=matched(CHARGE_ID, latest),
        charge=read_charge(charge) if charge else None,
        released_minor=_released(intent, amount) if intent.get("amount") != amount else None,
    )


def _released(intent: dict[str, Any], received: int | None) -> int | None:
    """A hold may be captured in part; Stripe shows the rest of it as a refund. Of a payment that
    failed `received` is the whole of it."""
    held = read_amount(intent.get("amount"))
    return held - received if held and received and held > received else None


def _charge_event(
    values: dict[str, Any], event_id: str, kind: str, received_at: datetime
) -> StripeEvent:
    """It books nothing, so gaps are fine."""
    about = as_dict(as_dict(values.get("data")).get("object"))
    charge = read_charge(about)
    return StripeEvent(
        id=event_id,
        type=kind,
        created=read_moment(values.get("created")) or received_at,
        livemode=values.get("livemode") is True,
        payment_intent_id=charge.intent_id if charge else None,
        amount_minor=read_amount(about.get("amount_captured")),
        currency=matched(CURRENCY, about.get("currency")),
        method=method_of(about),
        account=read_text(values.get("account"), longest=255),
        charge_id=charge.id if charge else None,
        charge=charge,
    )


def _running_event(
    values: dict[str, Any], event_id: str, kind: str, received_at: datetime
) -> StripeEvent:
    """A payment that takes days has begun, or was given up. It books nothing: gaps are fine.

    https://docs.stripe.com/payments/paymentintents/lifecycle and
    https://docs.stripe.com/payment-links/post-payment
    """
    about = as_dict(as_dict(values.get("data")).get("object"))
    session = kind == CHECKOUT_COMPLETED
    metadata = as_dict(about.get("metadata"))
    return StripeEvent(
        id=event_id,
        type=kind,
        created=read_moment(values.get("created")) or received_at,
        livemode=values.get("livemode") is True,
        payment_intent_id=matched(INTENT_ID, about.get("payment_intent" if session else "id")),
        amount_minor=read_amount(about.get("amount_total" if session else "amount")),
        currency=matched(CURRENCY, about.get("currency")),
        intent_status=matched(CODE, about.get("payment_status" if session else "status")),
        invoice_ref=read_metadata(metadata.get("invoice_id")),
        invoice_number=read_metadata(metadata.get("invoice_number")),
        workmate_instance=read_metadata(metadata.get("workmate_instance")),
        method=_method(about, {}),
        account=read_text(values.get("account"), longest=255),
    )


def _written(intent: dict[str, Any], metadata: dict[str, Any]) -> tuple[str, ...]:
    """What somebody wrote beside the payment. Only numbers of invoices in it are kept."""
    written = [intent.get("description"), intent.get("statement_descriptor_suffix")]
    written += list(metadata.values())[:_MOST_METADATA]
    return tuple([text[:LONGEST_METADATA] for text in written if isinstance(text, str)])


def _other_event(
    values: dict[str, Any], event_id: str, kind: str, received_at: datetime
) -> StripeEvent:
    """An event that is only listed. Thin events (v2) carry no payment, only its address."""
    return StripeEvent(
        id=event_id,
        type=kind,
        created=read_moment(values.get("created")) or received_at,
        livemode=values.get("livemode") is True,
        payment_intent_id=matched(
            INTENT_ID, as_dict(as_dict(values.get("data")).get("object")).get("id")
        ),
        account=read_text(values.get("account"), longest=255),
        thin=values.get("object") == "v2.core.event",
    )


def _method(intent: dict[str, Any], error: dict[str, Any]) -> str | None:
    """The type of payment method, such as `card`; None when several were possible."""
    if error:
        tried = matched(CODE, as_dict(error.get("payment_method")).get("type"))
        if tried is not None:
            return tried
    offered = intent.get("payment_method_types")
    if isinstance(offered, list) and len(offered) == 1:
        return matched(CODE, offered[0])
    return None
