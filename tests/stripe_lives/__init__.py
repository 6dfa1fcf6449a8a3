"""The lives of this folder, as events to sign and deliver."""

import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_running = itertools.count(1)


def life(name: str, invoice_id: str) -> dict[str, Any]:
    """One life for this invoice, with ids of its own: several may happen in one office."""
    [found] = _FOLDER.glob(f"{name}*.json")
    text = found.read_text("utf-8").replace("INVOICE", invoice_id)
    made: dict[str, Any] = json.loads(text.replace("3Life", f"3L{next(_running)}x"))
    return made


def total_of(name: str) -> int:
    """The total of the invoice, in minor units."""
    return int(life(name, "x")["invoice_total_minor"])


def orders(events: list[Any], seed: int, most: int = 24) -> Iterator[list[Any]]:
    """Orders to deliver them in: all of a few events, else some; the told one is the first."""
    if len(events) <= 4:
        yield from (list(order) for order in itertools.permutations(events))
        return
    chance = random.Random(seed)
    yield list(events)
    for _ in range(most):
        yield chance.sample(events, len(events))
