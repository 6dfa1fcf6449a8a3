"""German for what somebody changed in the database file itself. No Qt: `doctor` says the same."""

from collections.abc import Iterable

from workmate_desktop.domain.schema import Difference, How, SchemaPart
from workmate_desktop.words.language import _

_NAMED = 3


def difference_words(one: Difference) -> str:
    """ "der Auslöser payments_summed_new fehlt"."""
    if one.part is SchemaPart.VALUE:
        return _("in {0} steht, was das Programm nicht lesen kann").format(_name(one))
    if one.part is SchemaPart.VERSION:
        return _("die Angabe ihrer Version ist falsch")
    thing = {
        SchemaPart.TABLE: _("die Tabelle {0}"),
        SchemaPart.INDEX: _("der Index {0}"),
        SchemaPart.TRIGGER: _("der Auslöser {0}"),
        SchemaPart.SEARCH: _("das Suchverzeichnis {0}"),
    }[one.part].format(_name(one))
    if one.part is SchemaPart.TABLE and "." in one.name:
        thing = _("die Spalte {0}").format(_name(one))
    how = {
        How.MISSING: _("{0} fehlt"),
        How.CHANGED: _("{0} wurde geändert"),
        How.FOREIGN: _("{0} gehört nicht zum Programm"),
    }[one.how]
    return how.format(thing)


def differences_words(found: Iterable[Difference]) -> str:
    """The first of them, and how many there are beside: "…, … und 4 weitere"."""
    every = sorted(found, key=lambda one: one.mendable)  # the worst is named first
    parts = [difference_words(one) for one in every[:_NAMED]]
    more = len(every) - len(parts)
    if more > 0:
        parts.append(_("{0} weitere").format(more))
    if len(parts) < 2:
        return "".join(parts)
    return _("{0} und {1}").format(", ".join(parts[:-1]), parts[-1])


def mended_words(found: Iterable[Difference]) -> str:
    """What was wrong, and that it is right again."""
    every = list(found)
    what = differences_words(every)
    done = (
        _("Das Programm hat das in Ordnung gebracht und rechnet alle Rechnungen nach.")
        if len(every) != 1
        else _mended(every[0])
    )
    return f"{what[:1].upper()}{what[1:]}. {done}" if what else done


def _mended(one: Difference) -> str:
    if one.how is How.FOREIGN:
        return _("Das Programm hat ihn entfernt und rechnet alle Rechnungen nach.")
    if one.part in (SchemaPart.INDEX, SchemaPart.TRIGGER):
        return _("Das Programm hat ihn wiederhergestellt und rechnet alle Rechnungen nach.")
    return _("Das Programm hat das in Ordnung gebracht und rechnet alle Rechnungen nach.")


def _name(one: Difference) -> str:
    """Whatever somebody called it, on one line and not longer than that."""
    name = " ".join("".join(c if c.isprintable() else " " for c in one.name).split())
    return name if len(name) <= 60 else f"{name[:59]}…"
