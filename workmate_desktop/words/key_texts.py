"""The German words of Konfigurieren. No widgets.

Why a key cannot be right is in words/key_messages.py.
"""

from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.keys import mask
from workmate_desktop.words.events import mode_words
from workmate_desktop.words.key_messages import KeyKind
from workmate_desktop.words.language import _, fill

VARIABLES = {
    KeyKind.PUBLISHABLE: "WORKMATE_STRIPE_PUBLISHABLE_KEY",
    KeyKind.SECRET: "WORKMATE_STRIPE_SECRET_KEY",
    KeyKind.WEBHOOK_SECRET: "WORKMATE_STRIPE_WEBHOOK_SECRET",
}


def masked(key: str) -> str:
    """How a stored secret is shown in its field: dots and the last four characters."""
    dots = "•" * 20
    return dots + mask(key).partition("…")[2]


def stored_of_other_mode(livemode_stored: bool) -> str:
    """The publishable key was changed, and the stored secret no longer fits it."""
    return fill(
        _("Der hinterlegte Secret Key gehört zum %1. Bitte den passenden einfügen."),
        mode_words(livemode_stored),
    )


def hint_while_empty(kind: KeyKind) -> str:
    """What belongs into an empty field."""
    return {
        KeyKind.PUBLISHABLE: _("Veröffentlichbarer Schlüssel; beginnt mit pk_test_ oder pk_live_."),
        KeyKind.SECRET: _(
            "Geheimschlüssel; beginnt mit sk_test_ oder sk_live_, eingeschränkte mit rk_."
        ),
        KeyKind.WEBHOOK_SECRET: _("Beginnt mit whsec_."),
    }[kind]


def key_is_right(kind: KeyKind, livemode: bool | None) -> str:
    """The green words under a field."""
    return {
        KeyKind.PUBLISHABLE: mode_words(livemode),
        KeyKind.SECRET: _("Gleicher Modus wie der Publishable Key"),
        KeyKind.WEBHOOK_SECRET: _("Form stimmt. Ob es passt, zeigt die erste Nachricht."),
    }[kind]


def key_is_stored(kind: KeyKind) -> str:
    """Under a secret that was left as it is."""
    if kind is KeyKind.SECRET:
        return _("Hinterlegt. Leer lassen, um ihn zu behalten.")
    return _("Hinterlegt. Leer lassen, um es zu behalten.")


def given_by_environment(kind: KeyKind) -> str:
    """Why a field cannot be changed."""
    return fill(_("Durch die Umgebungsvariable %1 vorgegeben."), VARIABLES[kind])


def no_webhook_secret() -> str:
    """The consequence of leaving it empty."""
    return _("Optional. Ohne Webhook Secret sehen Sie Zahlungen bis zu 30 Sekunden später.")


def mode_switch(to_live: bool, *, keeps_webhook_secret: bool) -> str:
    """The amber line when an edit leaves one mode for the other."""
    words = (
        _("Wechsel vom Testmodus in den Livebetrieb: Ab dem Speichern fließt echtes Geld.")
        if to_live
        else _("Wechsel vom Livebetrieb in den Testmodus: Echte Zahlungen kommen nicht mehr an.")
    )
    if keeps_webhook_secret:
        more = _("Auch das Webhook Secret gehört zu einem Modus: bitte neu einfügen.")
        return f"{words} {more}"
    return words


def account_name(account: AccountInfo) -> str:
    """The account's name, marked as a test one; its id where it has no name."""
    name = account.name or account.id
    if account.livemode or "(test)" in name.casefold():
        return name
    return fill(_("%1 (Test)"), name)


def connected_with(account: AccountInfo) -> str:
    """The test succeeded."""
    return fill(_("Verbunden mit „%1“"), account_name(account))
