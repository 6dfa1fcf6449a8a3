"""Customers of the office."""

from dataclasses import dataclass


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
