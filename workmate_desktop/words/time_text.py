"""Days and moments in German. Without Qt: `doctor` names them too."""

from datetime import date, datetime

from workmate_desktop.words.language import _


def date_text(day: date) -> str:
    """ "23.11.2026"."""
    return f"{day:%d.%m.%Y}"


def month_name(day: date) -> str:
    """The month in words: "November"."""
    names = (
        *(_("Januar"), _("Februar"), _("März"), _("April"), _("Mai"), _("Juni")),
        *(_("Juli"), _("August"), _("September"), _("Oktober"), _("November"), _("Dezember")),
    )  # not Babel: the first rows stand before it is imported
    return names[day.month - 1]


def day_time(moment: datetime, now: datetime) -> str:
    """Today and yesterday with the minute, other days as a date."""
    days = (now.date() - moment.date()).days
    if days == 0:
        return _("heute %1").replace("%1", f"{moment:%H:%M}")
    if days == 1:
        return _("gestern %1").replace("%1", f"{moment:%H:%M}")
    return date_text(moment.date())
