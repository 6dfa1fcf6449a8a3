"""docs/lab/benchmarks.md: the table of one run, when and where it was taken, what to know."""

from collections.abc import Sequence
from pathlib import Path

_HEAD = """# Benchmarks

Taken on {day} by `python3 run.py bench --write`, which wrote this page. Repeat it with the same
command (or `python3 run.py bench --short`, some minutes).

- Machine: {machine}
- Run: {told}

Each row stands beside a floor or a peer of the same run, because a lone figure of a shared machine
says nothing; a goal with "×" is one for the ratio. After each run the books are checked (count,
total, status, duplicates once, wrong signature 400, integrity): with wrong books there is no
figure. Why the goals marked NO are not reached: [goals missed](goals-missed.md).

What the floors and peers are: *original* is FastAPI with an ORM session per request and
stripe-python; *flask_sample* is Stripe's sample on waitress, *express_sample* Stripe's sample for
Node with better-sqlite3, *djstripe* dj-stripe's webhook view on waitress, with Stripe's API
answered from memory; *floor* is the smallest listener that is still honest (own protocol on
httptools, one writer thread, group commit, two rows); *bare* a bare 200, or a bare window (an empty
one for the start, one row for the receiving). A row without a goal is information only and not
counted.

"""


def write_page(
    page: Path,
    day: str,
    machine: str,
    told: str,
    table: Sequence[str],
    details: Sequence[str],
    remarks: Sequence[str],
) -> None:
    """Write the whole page anew."""
    parts = [
        _HEAD.format(day=day, machine=machine, told=told),
        "```\n",
        "\n".join(table),
        "\n```\n",
    ]
    if remarks:
        parts += ["\n", "\n".join(f"- {line}" for line in remarks), "\n"]
    parts += ["\n## What stands behind the rows\n\n```\n", "\n".join(details).rstrip(), "\n```\n"]
    page.write_text("".join(parts), encoding="utf-8")
