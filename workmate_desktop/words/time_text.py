"""Days and moments in German. Without Qt: `doctor` names them too."""

from datetime import date, datetime

from workmate_desktop.words.language import _

_LOCALE = "de_DE"


def date_text(day: date) -> str:
    """ "23.11.2026"."""
    return f"{day:%d.%m.%Y}"


def month_name(day: date) -> str:
    """The month in words: "November"."""
    from babel.dates import format_date

    return format_date(day, "LLLL", locale=_LOCALE)


def day_time(moment: datetime, now: datetime) -> str:
    """Today and yesterday with the minute, other days as a date."""
    days = (now.date() - moment.date()).days
    if days == 0:
        return _("heute %1").replace("%1", f"{moment:%H:%M}")
    if days == 1:
        return _("gestern %1").replace("%1", f"{moment:%H:%M}")
    return date_text(moment.date())
