"""Moments in German. Without Qt: `doctor` names them too."""

from datetime import datetime

from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("formats", text)


def day_time(moment: datetime, now: datetime) -> str:
    """Today and yesterday with the minute, other days as a date."""
    days = (now.date() - moment.date()).days
    if days == 0:
        return _tr("heute %1").replace("%1", f"{moment:%H:%M}")
    if days == 1:
        return _tr("gestern %1").replace("%1", f"{moment:%H:%M}")
    return f"{moment:%d.%m.%Y}"
