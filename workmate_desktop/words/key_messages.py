"""Why a typed Stripe key cannot be right, in words."""

from enum import StrEnum

from workmate_desktop.domain.stripe.keys import KeyProblem
from workmate_desktop.words.language import _


class KeyKind(StrEnum):
    """The three fields; the values are the field names of `key_invalid`."""

    PUBLISHABLE = "publishable"
    SECRET = "secret"
    WEBHOOK_SECRET = "webhook_secret"


def key_problem_sentence(kind: KeyKind, problem: KeyProblem) -> str:
    """What is wrong with the key of this field, and where the right one is found."""
    if problem is KeyProblem.WRONG_PREFIX:
        return {
            KeyKind.PUBLISHABLE: _("Muss mit pk_test_ oder pk_live_ beginnen."),
            KeyKind.SECRET: _("Muss mit sk_test_, sk_live_, rk_test_ oder rk_live_ beginnen."),
            KeyKind.WEBHOOK_SECRET: _(
                "Muss mit whsec_ beginnen. Stripe zeigt das Signing Secret unter "
                "Webhooks → Endpunkt an."
            ),
        }[kind]
    return {
        KeyProblem.EMPTY: _("Dieser Schlüssel fehlt noch."),
        KeyProblem.SECRET_IN_PUBLISHABLE: _(
            "Das ist ein geheimer Schlüssel. Hierher gehört der Publishable Key (pk_…)."
        ),
        KeyProblem.PUBLISHABLE_IN_SECRET: _(
            "Das ist der Publishable Key. Hierher gehört der Secret Key (sk_…)."
        ),
        KeyProblem.BAD_CHARACTERS: _(
            "Enthält Zeichen, die in Stripe-Schlüsseln nicht vorkommen. Bitte neu kopieren."
        ),
        KeyProblem.TOO_SHORT: _("Zu kurz: Vermutlich wurde nur ein Teil kopiert."),
        KeyProblem.OTHER_MODE: _(
            "Anderer Modus als der Publishable Key: Test- und Live-Schlüssel passen nicht zusammen."
        ),
    }[problem]
