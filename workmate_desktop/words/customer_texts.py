"""What customers read: on a payment link that is switched off, and in the e-mail that staff send.

From `resources/customer_texts.json`. Without Qt: `serve` makes no links, but switches them off.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from workmate_desktop.words.resources import resource_path


@dataclass(frozen=True, slots=True)
class CustomerTexts:
    """German texts with blanks."""

    _table: dict[str, Any]

    @classmethod
    def load(cls) -> "CustomerTexts":
        """Read them."""
        return cls(json.loads(resource_path("customer_texts.json").read_text(encoding="utf-8")))

    @property
    def link_inactive(self) -> str:
        """On Stripe's page of a link that takes no payment any more; at most 500 characters."""
        return str(self._table["link_inactive"])

    def mail(self, *, number: str, amount: str, url: str, due: date | None) -> tuple[str, str]:
        """Subject and body of the e-mail with the link. `amount` is formatted already."""
        due_words = ""
        if due is not None:
            due_words = str(self._table["mail_due"]).format(date=f"{due:%d.%m.%Y}")
        body = "\n".join(self._table["mail_body"])
        return (
            str(self._table["mail_subject"]).format(number=number),
            body.format(number=number, amount=amount, url=url, due=due_words),
        )
