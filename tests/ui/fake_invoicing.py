"""A stand-in for services.invoicing.Invoicing that notes what it was asked."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from workmate_desktop.domain.invoices.closings import Closing
from workmate_desktop.services.invoices.invoicing import Invoicing

T = TypeVar("T")


@dataclass
class FakeInvoicing(Invoicing):
    """Notes every call in `calls` as (verb, arguments…)."""

    calls: list[tuple[object, ...]] = field(default_factory=list)
    fail_with: Exception | None = None

    def _answer(self, result: T) -> "Future[T]":
        future: Future[T] = Future()
        if self.fail_with is not None:
            future.set_exception(self.fail_with)
        else:
            future.set_result(result)
        return future

    def cancel(self, invoice_id: str, reason: str) -> "Future[None]":
        self.calls.append(("cancel", invoice_id, reason))
        return self._answer(None)

    def delete_draft(self, invoice_id: str) -> "Future[None]":
        self.calls.append(("delete_draft", invoice_id))
        return self._answer(None)

    def add_manual_payment(
        self, invoice_id: str, amount_minor: int, method: str, received_on: date, note: str = ""
    ) -> "Future[str]":
        self.calls.append(
            ("add_manual_payment", invoice_id, amount_minor, method, received_on, note)
        )
        return self._answer("pay-1")

    def reverse_payment(self, payment_id: str, reason: str) -> "Future[str]":
        self.calls.append(("reverse_payment", payment_id, reason))
        return self._answer("pay-2")

    def pay_and_close(
        self,
        invoice_id: str,
        amount_minor: int,
        method: str,
        received_on: date,
        note: str,
        closing: Closing,
    ) -> "Future[str]":
        money = (amount_minor, method, received_on, note)
        self.calls.append(("pay_and_close", invoice_id, *money, closing))
        return self._answer("pay-1")

    def close_rest(self, invoice_id: str, closing: Closing) -> "Future[str]":
        self.calls.append(("close_rest", invoice_id, closing))
        return self._answer("pay-1")

    def pay_back(
        self, invoice_id: str, amount_minor: int, method: str, paid_on: date, reason: str
    ) -> "Future[str]":
        self.calls.append(("pay_back", invoice_id, amount_minor, method, paid_on, reason))
        return self._answer("pay-1")

    def owe_again(self, refund_ids: Sequence[str], reason: str) -> "Future[None]":
        self.calls.append(("owe_again", tuple(refund_ids), reason))
        return self._answer(None)

    def not_owed_again(self, decision_ids: Sequence[str]) -> "Future[None]":
        self.calls.append(("not_owed_again", tuple(decision_ids)))
        return self._answer(None)
