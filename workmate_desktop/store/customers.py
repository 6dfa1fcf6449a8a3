"""Customers: saved, and found by a folded search."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from workmate_desktop.domain.changes import CustomerChanged
from workmate_desktop.domain.customers import Customer
from workmate_desktop.domain.errors import UserError
from workmate_desktop.store.folding import search_variants
from workmate_desktop.store.tables import customers
from workmate_desktop.store.values import storable

if TYPE_CHECKING:
    from workmate_desktop.store.transaction import Transaction


class CustomerVerbs:
    """What a transaction can do with customers."""

    def __init__(self, transaction: "Transaction") -> None:
        self._t = transaction

    def save(self, customer: Customer) -> str:
        """Insert (empty id) or update. Returns the id. Raises UserError customer_gone."""
        values = {name: storable(text) for name, text in asdict(customer).items()}
        if customer.id:
            updated = self._t.core.execute(
                update(customers).where(customers.c.id == customer.id).values(values)
            )
            if updated.rowcount == 0:
                raise UserError("customer_gone")
        else:
            values["id"] = self._t.new_id()
            self._t.core.execute(insert(customers).values(values))
        self._t.changed(CustomerChanged(values["id"]))
        return str(values["id"])

    def exists(self, customer_id: str) -> bool:
        """This customer is known."""
        return (
            self._t.raw.execute("SELECT 1 FROM customers WHERE id = ?", (customer_id,)).fetchone()
            is not None
        )


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


def _customer(row: Mapping[Any, Any]) -> Customer:
    return Customer(
        id=row["id"],
        name=row["name"],
        email=row["email"] or "",
        street=row["street"] or "",
        postal_code=row["postal_code"] or "",
        city=row["city"] or "",
        country=row["country"] or "",
        vat_id=row["vat_id"] or "",
    )
