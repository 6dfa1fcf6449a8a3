"""How far the daily comparison has come with each of Stripe's three lists, kept in the settings."""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from workmate_desktop.store.common.settings import setting
from workmate_desktop.store.common.values import from_json
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

EVERY_SECONDS = 86_400
_KEY = {False: "comparison.parts.test", True: "comparison.parts.live"}


class ComparedList(StrEnum):
    """Stripe's lists, in the order in which they are compared."""

    CHARGES = "charges"
    REFUNDS = "refunds"
    DISPUTES = "disputes"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one list is. `begun` and `since` (what is asked for) are None unless it is under way;
    `last` is the object at the end of the last page read; `done` is when the last run to the end
    began. Stripe's times, in seconds since 1970.
    """

    done: int | None = None
    begun: int | None = None
    since: int | None = None
    last: str | None = None


class Parts:
    """All of one mode, test or live. Each step forward is kept: the next run goes on there."""

    def __init__(self, writer: Writer, database: Database, *, livemode: bool) -> None:
        self._writer = writer
        self._key = _KEY[livemode]
        with database.reader() as connection:
            kept = from_json(setting(connection, self._key))
        self._places = {part: _place(kept.get(part.value)) for part in ComparedList}

    def due(self, now: int) -> list[ComparedList]:
        """Those not read to the end since yesterday. A clock set back must not put it off."""
        return [
            part
            for part, place in self._places.items()
            if place.done is None or not 0 <= now - place.done < EVERY_SECONDS
        ]

    def begin(self, part: ComparedList, now: int, since: int) -> tuple[int, str | None]:
        """Begin a list at `since`, or go on with it: (since when, behind which object)."""
        place = self._places[part]
        if place.since is None or place.begun is None or not now - place.begun >= 0:
            place = replace(place, begun=now, since=since, last=None)
            self._places[part] = place  # written with the first page
        return place.since or since, place.last

    def read_until(self, part: ComparedList, last: str | None) -> None:
        """The page that ends with `last` is booked."""
        self._keep(part, replace(self._places[part], last=last))

    def done(self, part: ComparedList) -> None:
        """Read to the end."""
        self._keep(part, _Place(done=self._places[part].begun))

    def _keep(self, part: ComparedList, place: _Place) -> None:
        self._places[part] = place
        text = json.dumps({part.value: asdict(place) for part, place in self._places.items()})

        def job(t: Transaction) -> None:
            t.settings.set(self._key, text)

        self._writer.submit(job).result()


def _place(kept: object) -> _Place:
    """As it was kept; as new where somebody tampered with it."""
    if not isinstance(kept, dict):
        return _Place()
    numbers = [kept.get(name) for name in ("done", "begun", "since")]
    done, begun, since = (number if type(number) is int else None for number in numbers)
    last = kept.get("last")
    return _Place(done, begun, since, last if isinstance(last, str) else None)
