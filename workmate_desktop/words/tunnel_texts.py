"""The German words of the public address: tunnel and webhook at Stripe. No widgets."""

from workmate_desktop.domain.connection.tunnel import TunnelState, TunnelStatus
from workmate_desktop.domain.stripe.events import SUBSCRIBED_TYPES
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence, trouble_message

_OF_THE_PROGRAM = frozenset(
    {
        "tunnel_agent_old",
        "tunnel_agent_missing",
        "tunnel_agent_unusable",
        "tunnel_download_blocked",
    }
)


def tunnel_state_words(state: TunnelState) -> str:
    """What stands where the public address would be."""
    match state.status:
        case TunnelStatus.ONLINE:
            return state.public_url or ""
        case TunnelStatus.STARTING if state.percent is not None:
            words = _("ngrok wird geladen: %1 % …")
            return words.replace("%1", str(state.percent), 1)
        case TunnelStatus.STARTING:
            return _("wird verbunden …")
        case TunnelStatus.RETRYING:
            return _("getrennt, neuer Versuch läuft")
        case TunnelStatus.FAILED:
            return _("nicht verbunden")
        case _:
            return _("kein Tunnel")


def tunnel_trouble(state: TunnelState) -> str:
    """Why there is no address, or what disturbs it, and what to do; empty when all is well."""
    if state.code is None:
        return ""
    message = trouble_message(state.code)
    if message is None:
        return _("Unbekannte Störung (%1).").replace("%1", state.code)
    return message.line


def needs_a_program(state: TunnelState) -> bool:
    """Choosing ngrok's program by hand mends it."""
    return state.status is not TunnelStatus.ONLINE and state.code in _OF_THE_PROGRAM


def endpoint_words(state: AddressState) -> str:
    """How our webhook at Stripe is."""
    here = state.endpoint
    if state.arranging:
        return _("wird eingerichtet …")
    if here is None:
        return _("nicht eingerichtet")
    if not here.enabled:
        return _("von Stripe abgeschaltet")
    if not here.complete:
        return _("eingerichtet für eine andere Adresse")
    if not here.secret_known:
        return _("eingerichtet, Webhook Secret unbekannt")
    words = _("eingerichtet, aktiv · %1 Ereignisse")
    return words.replace("%1", str(len(SUBSCRIBED_TYPES)))


def endpoint_trouble(state: AddressState) -> str:
    """Why the webhook could not be arranged, and what to do."""
    if state.trouble is None:
        return ""
    return error_sentence(state.trouble).line
