"""Customers: saved, and found by a folded search."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from workmate_desktop.domain.changes import CustomerChanged
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.store.common.folding import search_variants
from workmate_desktop.store.common.tables import customers
from workmate_desktop.store.common.values import from_json, storable
from workmate_desktop.store.database.unit import Unit

BUYER_FIELDS = ("name", "email", "street", "postal_code", "city", "country", "vat_id")
"""What of a customer stands on an invoice."""
_VERSION = "SELECT version, changed_at FROM customers WHERE id = ?"


class CustomerVerbs:
    """What a transaction can do with customers."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def save(self, customer: Customer) -> str:
        """Insert (empty id) or update. Returns the id.

        Raises UserError customer_gone; customer_changed (`at`, `version`) when another version than
        the one that was read would be overwritten.
        """
        values: dict[str, object] = {
            name: storable(getattr(customer, name)) for name in ("id", *BUYER_FIELDS)
        }
        if customer.id:
            kept = self._unit.raw.execute(_VERSION, (customer.id,)).fetchone()
            if kept is None:
                raise UserError("customer_gone")
            version, changed_at = kept
            if customer.version not in (0, version):
                raise UserError("customer_changed", at=changed_at, version=version)
            values |= {"version": version + 1, "changed_at": self._unit.now_text()}
            self._unit.core.execute(
                update(customers).where(customers.c.id == customer.id).values(values)
            )
        else:
            values["id"] = self._unit.new_id()
            self._unit.core.execute(insert(customers).values(values))
        self._unit.changed(CustomerChanged(str(values["id"])))
        return str(values["id"])

    def exists(self, customer_id: str) -> bool:
        """This customer is known."""
        query = "SELECT 1 FROM customers WHERE id = ?"
        return self._unit.raw.execute(query, (customer_id,)).fetchone() is not None


def find_customers(connection: Connection, text: str, limit: int) -> list[Customer]:
    """Customers whose name contains `text`, whatever its case and umlauts; by name."""
    query = select(customers).order_by(customers.c.sort_name).limit(limit)
    variants = search_variants(text)
    if variants:
        query = query.where(
            or_(*(customers.c.sort_name.contains(v, autoescape=True) for v in variants))
        )
    return [_customer(row) for row in connection.execute(query).mappings()]


def customer(connection: Connection, customer_id: str) -> Customer | None:
    """One customer."""
    row = (
        connection.execute(select(customers).where(customers.c.id == customer_id))
        .mappings()
        .one_or_none()
    )
    return None if row is None else _customer(row)


def frozen_buyer(snapshot: str | None, customer_id: str) -> Customer | None:
    """Who an invoice was issued to, as it stands on it; None where nothing was frozen."""
    buyer = from_json(snapshot).get("buyer")
    if not isinstance(buyer, dict):
        return None
    return _made(customer_id, buyer)


def _customer(row: Mapping[Any, Any]) -> Customer:
    return _made(row["id"], row, row["version"])


def _made(customer_id: str, found: Mapping[Any, Any], version: int = 0) -> Customer:
    name, email, street, postal_code, city, country, vat_id = (
        str(found[key] or "") if key in found else "" for key in BUYER_FIELDS
    )
    return Customer(customer_id, name, email, street, postal_code, city, country, vat_id, version)
