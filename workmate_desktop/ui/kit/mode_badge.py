"""Test or live, at the top right of the window."""

from PySide6.QtWidgets import QWidget

from workmate_desktop.ui.kit.pills import PillLabel
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words.language import _
from workmate_desktop.words.pills import Pill
from workmate_desktop.words.tone import Tone


def demo_label() -> PlainLabel:
    """Beside the badge in the demo: its invoices look like real ones."""
    words = _("Beispieldaten – werden beim Beenden gelöscht")
    return PlainLabel(words, role="muted")


def hidden_test_data() -> str:
    """Where test invoices are in live mode, and how they are reached."""
    return _("Testdaten sind ausgeblendet. Zum Ansehen oder Löschen Testschlüssel eintragen.")


class ModeBadge(PillLabel):
    """TESTMODUS, LIVEBETRIEB or NICHT EINGERICHTET."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, (), parent)
        self.set_mode(None, False)

    def set_mode(self, livemode: bool | None, configured: bool) -> None:
        """Follow the keys. `livemode` None: no key tells."""
        if livemode is None:
            words = _("SCHLÜSSEL FEHLEN") if configured else _("NICHT EINGERICHTET")
            pill = Pill(words, Tone.GREY)
        elif livemode:
            pill = Pill(_("LIVEBETRIEB"), Tone.GREEN)
        else:
            pill = Pill(_("TESTMODUS"), Tone.AMBER)
        self.set_pills((pill,))
        self.set_tip(hidden_test_data() if livemode else "")
