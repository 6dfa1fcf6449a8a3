"""The statuses of the listener, and what the contract says of them."""

import re

from tests.places import CHECKOUT
from workmate_desktop.listener import rules
from workmate_desktop.listener.answers import STATUSES

CONTRACT = CHECKOUT / "docs" / "contract.md"


def documented() -> set[int]:
    """The statuses in the first column of the table below HTTP."""
    section = CONTRACT.read_text("utf-8").split("\n## HTTP", 1)[1].split("\n## ", 1)[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return {int(number) for cell in cells for number in re.findall(r"\b[2-5]\d\d\b", cell)}


def test_sa11_every_status_stands_in_the_contract_and_no_other() -> None:
    assert documented() == set(STATUSES)


def test_sa11_nothing_is_refused_with_a_status_that_there_is_no_answer_for() -> None:
    refusals = [one for one in vars(rules).values() if isinstance(one, rules.HeaderRefusal)]
    assert {one.status for one in refusals} | {200} == set(STATUSES)
