"""The next invoice number: counted from the rows there are, and from where the office began.

`settings` holds `number_format` and, per circle and year, `next_number.live.2026`: the first
number not given yet, as far as somebody said so. Formats without a year count on for ever, under
`next_number.live`.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select, text

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.numbers import MAX_RUNNING, NumberFormat, Numbering, format_of
from workmate_desktop.store.common.settings import SettingVerbs, setting
from workmate_desktop.store.common.tables import invoices
from workmate_desktop.store.database.unit import Unit

NUMBER_FORMAT = "number_format"
_NEXT_NUMBER = "next_number"
FORGET_TEST_NUMBERS = f"DELETE FROM settings WHERE key GLOB '{_NEXT_NUMBER}.test*'"
"""Without test invoices, their counting begins anew."""

# Per livemode: so SQLite walks its index from the end, and stops at the first that fits.
_HIGHEST = text(
    "SELECT sort_number FROM invoices WHERE livemode = :livemode"
    " AND sort_number >= :lowest AND sort_number <= :highest AND sort_number GLOB :form"
    " ORDER BY sort_number DESC LIMIT 1"
)
_ALL = text("SELECT number FROM invoices WHERE number GLOB :form")
_TAKEN = text("SELECT 1 FROM invoices WHERE number = :number")
_FAR = 1000
"""So many invoices between two backups are no longer believed."""
_PADDED = 12
"""So many digits the running part has in `sort_number`."""


def next_number_key(form: NumberFormat, year: int, *, livemode: bool) -> str:
    """Where the first number not given yet is kept."""
    circle = f"{_NEXT_NUMBER}.{'live' if livemode else 'test'}"
    return f"{circle}.{year:04d}" if form.yearly else circle


def numbering(connection: Connection, year: int, *, livemode: bool) -> Numbering:
    """How the next invoice of `year` is numbered when it is issued now."""
    form = format_of(setting(connection, NUMBER_FORMAT), livemode=livemode)
    begun = _begun_at(connection, next_number_key(form, year, livemode=livemode))
    return Numbering(form, year, next_running(connection, form, year, begun))


def next_running(connection: Connection, form: NumberFormat, year: int, begun: int | None) -> int:
    """The first running number of this format that is free, from `begun` on."""
    running = begun or 1
    if _is_walked(form, year):
        running = max(running, _walk(connection, form, year) + 1)
    elif begun is None:
        running = max(running, _look_through(connection, form, year) + 1)
    while connection.execute(_TAKEN, {"number": form.number(year, running)}).first() is not None:
        running += 1
    return running


def next_of(connection: Connection, invoice_ids: Sequence[str]) -> dict[str, int]:
    """Key of the circle and year → first free running number, for those of these invoices."""
    query = (
        select(func.substr(invoices.c.issue_date, 1, 4), invoices.c.livemode)
        .where(invoices.c.id.in_(invoice_ids))
        .distinct()
    )
    found = {}
    for year, livemode in connection.execute(query):
        next_one = numbering(connection, int(year), livemode=bool(livemode))
        key = next_number_key(next_one.format, int(year), livemode=bool(livemode))
        found[key] = next_one.running
    return found


class NumberVerbs:
    """What a transaction can do with numbers. BEGIN IMMEDIATE holds off every other writer."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._settings = SettingVerbs(unit)

    def take(self, year: int, *, livemode: bool) -> str:
        """The number for an invoice that is issued in this transaction."""
        found = numbering(self._unit.core, year, livemode=livemode)
        if not _is_walked(found.format, year):
            # The rows do not say quickly how far it went, so it is noted.
            key = next_number_key(found.format, year, livemode=livemode)
            self._settings.set(key, str(found.running + 1))
        return found.number

    def begin(self, form: NumberFormat, year: int, running: int) -> None:
        """Number real invoices so from now on. UserError number_taken: `number` or a later one
        was given already, `next` is the first free running number."""
        free = next_running(self._unit.core, form, year, None)
        if running < free or self._taken(form.number(year, running)):
            free = max(free, next_running(self._unit.core, form, year, running))
            raise UserError("number_taken", number=form.number(year, running), next=free)
        self._settings.set(NUMBER_FORMAT, form.text)
        self._settings.set(next_number_key(form, year, livemode=True), str(running))

    def seen(self, number: str, year: int, *, livemode: bool) -> None:
        """Stripe names a number of ours that stands in no book here: an older backup took their
        place. It is with a customer, so it is not given again. `year`: about when it was given.
        """
        for about in (year, year - 1):
            found = numbering(self._unit.core, about, livemode=livemode)
            running = found.format.running_in(number, about)
            if running is not None and 0 <= running - found.running < _FAR:
                key = next_number_key(found.format, about, livemode=livemode)
                self._settings.set(key, str(running + 1))
                return

    def _taken(self, number: str) -> bool:
        return self._unit.core.execute(_TAKEN, {"number": number}).first() is not None


def _begun_at(connection: Connection, key: str) -> int | None:
    kept = setting(connection, key) or ""
    if not (kept.isascii() and kept.isdigit() and len(kept) <= len(str(MAX_RUNNING))):
        return None
    return max(int(kept), 1)


def _is_walked(form: NumberFormat, year: int) -> bool:
    """`sort_number` pads digits at the end; so it is in order where nothing stands behind the
    running number and no digit right before it."""
    before, behind = form.around(year)
    return bool(before) and not before[-1].isdigit() and not behind


def _walk(connection: Connection, form: NumberFormat, year: int) -> int:
    before, _ = form.around(year)
    bounds = {
        "lowest": before + "0" * _PADDED,
        "highest": f"{before}{MAX_RUNNING:0{_PADDED}d}",
        "form": before + "[0-9]" * _PADDED,
    }
    found = [
        connection.execute(_HIGHEST, {"livemode": livemode, **bounds}).scalar_one_or_none()
        for livemode in (0, 1)
    ]
    return max((int(one[len(before) :]) for one in found if one), default=0)


def _look_through(connection: Connection, form: NumberFormat, year: int) -> int:
    before, behind = form.around(year)
    found = connection.execute(_ALL, {"form": f"{before}*{behind}"}).scalars()
    return max((form.running_in(number, year) or 0 for number in found), default=0)
