"""What an event told of a refund or dispute, as it lies in `stripe_events.detail`."""

from collections.abc import Mapping
from datetime import datetime

from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.domain.payments.reversals import Balance, Listed, Reversal, Told


def reversal_facts(reversal: Reversal | None) -> dict[str, object]:
    """The fields needed to explain and to process again; {} for other events."""
    if reversal is None:
        return {}
    balance = reversal.balance
    return {
        "told": reversal.told.value,
        "object_id": reversal.object_id,
        "object_status": reversal.status,
        "object_at": to_text(reversal.at),
        "object_charge": reversal.charge_id,
        "object_reason": reversal.reason,
        "object_method": reversal.method,
        "refund_request": reversal.request_id,
        "respond_by": to_text(reversal.respond_by) if reversal.respond_by else None,
        "funds": reversal.funds,
        "balance": [balance.moves, balance.taken_minor, balance.returned_minor]
        if balance
        else None,
        "released": reversal.released_minor,
        "moved": True if reversal.moved else None,
        "listed": [
            [one.object_id, one.amount_minor, to_text(one.at), one.status, one.moved]
            for one in reversal.refunds
        ]
        or None,
    }


def reversal_of(detail: Mapping[str, object]) -> Reversal | None:
    """The inverse; None for events that tell of no reversal, or were tampered with."""

    def text(key: str) -> str | None:
        value = detail.get(key)
        return value if isinstance(value, str) else None

    told, object_id, at = text("told"), text("object_id"), _moment(text("object_at"))
    if told not in set(Told) or object_id is None or at is None:
        return None
    return Reversal(
        told=Told(told),
        object_id=object_id,
        status=text("object_status"),
        at=at,
        charge_id=text("object_charge"),
        reason=text("object_reason"),
        method=text("object_method"),
        request_id=text("refund_request"),
        respond_by=_moment(text("respond_by")),
        funds=text("funds"),
        balance=_balance(detail.get("balance")),
        released_minor=minor_in(detail, "released"),
        moved=detail.get("moved") is True,
        refunds=_listed(detail.get("listed")),
    )


def minor_in(detail: Mapping[str, object], key: str) -> int | None:
    """An amount in `detail`; None for anything else (rows written from outside)."""
    value = detail.get(key)
    return value if type(value) is int and value >= 0 else None


def _listed(value: object) -> tuple[Listed, ...]:
    found = []
    for one in value if isinstance(value, list) else []:
        if not isinstance(one, list) or len(one) != 5:
            continue
        key, minor, text, status, moved = one
        at = _moment(text) if isinstance(text, str) else None
        if isinstance(key, str) and type(minor) is int and minor > 0 and at is not None:
            word = status if isinstance(status, str) else None
            found.append(Listed(key, minor, at, word, moved is True))
    return tuple(found)


def _balance(value: object) -> Balance | None:
    if not isinstance(value, list) or len(value) != 3:
        return None
    moves, taken, returned = value
    if any(type(one) is not int or one < 0 for one in value):
        return None
    return Balance(moves, taken, returned)


def _moment(text: str | None) -> datetime | None:
    try:
        return from_text(text) if text else None
    except ValueError:
        return None
