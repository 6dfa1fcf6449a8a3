"""How the tables, indexes and triggers of a database differ from those that the program makes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class SchemaPart(StrEnum):
    """What of a database."""

    TABLE = "table"
    """Holds what was entered and booked: nobody can make it anew."""
    INDEX = "index"
    TRIGGER = "trigger"
    SEARCH = "search"
    """An index for the search of texts."""
    VERSION = "version"
    """What the file says of its own version."""
    VALUE = "value"
    """What stands in a table is nothing that the program can read."""


class How(StrEnum):
    """In what way it differs."""

    MISSING = "missing"
    CHANGED = "changed"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Difference:
    """`name` is the one in the file; for VALUE the table, or table.column."""

    part: SchemaPart
    how: How
    name: str

    @property
    def mendable(self) -> bool:
        """The program can put it right by itself: nothing of it was entered by anybody."""
        return self.part not in (SchemaPart.TABLE, SchemaPart.VALUE)

    def as_values(self) -> dict[str, str]:
        """For a notice, or an error."""
        return {"part": self.part.value, "how": self.how.value, "name": self.name}


def difference_of(values: Mapping[str, object]) -> Difference | None:
    """What `as_values` made; None when it is anything else."""
    try:
        return Difference(
            SchemaPart(str(values["part"])), How(str(values["how"])), str(values["name"])
        )
    except (KeyError, ValueError):
        return None


def beyond_mending(differences: Iterable[Difference]) -> Difference | None:
    """The first that the program cannot put right."""
    return next((one for one in differences if not one.mendable), None)
