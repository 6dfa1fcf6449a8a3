"""What changed, by id, announced after the commit. Each view decides what to read again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InvoiceChanged:
    """An invoice, its positions, payments or history changed, or it is new."""

    invoice_id: str


@dataclass(frozen=True, slots=True)
class InvoiceRemoved:
    """A draft or test invoice was deleted."""

    invoice_id: str


@dataclass(frozen=True, slots=True)
class CustomerChanged:
    """A customer is new or was edited."""

    customer_id: str


@dataclass(frozen=True, slots=True)
class EventRecorded:
    """A Stripe event was stored, or its outcome changed."""

    event_id: str


@dataclass(frozen=True, slots=True)
class NoticeAdded:
    """A notice is new or was read."""

    notice_id: str


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The Stripe keys, or a setting that other views show, changed."""


@dataclass(frozen=True, slots=True)
class ReceptionChanged:
    """The state of the Empfang changed (listener, keys, address, refused deliveries)."""


@dataclass(frozen=True, slots=True)
class EverythingChanged:
    """Too much to name: test data deleted, backup restored. Views read all again."""


Change = (
    InvoiceChanged
    | InvoiceRemoved
    | CustomerChanged
    | EventRecorded
    | NoticeAdded
    | SettingsChanged
    | ReceptionChanged
    | EverythingChanged
)
