"""Customers of the office."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer. `id` is UUID text; empty texts are empty strings, never None."""

    id: str
    name: str
    email: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = "DE"
    vat_id: str = ""
    version: int = field(default=0, compare=False)
    """Which one was read: saving refuses to overwrite a newer one. 0: not asked."""
