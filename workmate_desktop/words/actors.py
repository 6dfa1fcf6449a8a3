"""Who did something, in a word."""

from workmate_desktop.domain.history import ACTOR_PROGRAM, ACTOR_STRIPE
from workmate_desktop.words.words import translate


def actor_name(actor: str) -> str:
    """Stripe, the program, or a person."""
    return {
        ACTOR_STRIPE: translate("actors", "Stripe"),
        ACTOR_PROGRAM: translate("actors", "Automatik"),
    }.get(actor, actor)
