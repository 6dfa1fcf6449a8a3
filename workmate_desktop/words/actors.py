"""Who did something, in a word."""

from workmate_desktop.domain.history import ACTOR_PROGRAM, ACTOR_STRIPE
from workmate_desktop.words.language import _


def actor_name(actor: str) -> str:
    """Stripe, the program, or a person."""
    return {
        ACTOR_STRIPE: _("Stripe"),
        ACTOR_PROGRAM: _("Automatik"),
    }.get(actor, actor)
