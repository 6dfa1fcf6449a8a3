"""The tunnel that makes the listener reachable for Stripe: what is set, and how it is."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

_HOST_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TunnelSettings:
    """What staff entered. The token is a secret and never part of the text of this object.

    `domain` empty: ngrok gives the address. `executable` (a path)
    empty: the program's own agent, which is downloaded at its first use.
    """

    token: str = field(default="", repr=False)
    domain: str = ""
    executable: str = ""


class TunnelStatus(StrEnum):
    """In which of its five states the tunnel is."""

    OFF = "off"
    STARTING = "starting"
    ONLINE = "online"
    FAILED = "failed"
    """Waits for staff: trying again would give the same answer."""
    RETRYING = "retrying"
    """Comes back by itself at `TunnelState.retry_at`."""


@dataclass(frozen=True, slots=True)
class TunnelState:
    """The tunnel right now.

    `public_url` (https://…, no path) is there while ONLINE. `code` names a sentence of
    words/messages.py: why it is FAILED or RETRYING, and what disturbs it while ONLINE.
    `retry_at` is UTC. `percent` is the progress of the agent's download while STARTING.
    """

    status: TunnelStatus
    public_url: str | None = None
    code: str | None = None
    retry_at: datetime | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class TunnelSight:
    """What a look at the open tunnel shows. `code` as in `TunnelState`."""

    alive: bool
    public_url: str | None = None
    code: str | None = None


def host_name(text: str) -> str | None:
    """The bare host name in what staff pasted (`https://Name.ngrok-free.dev/` is fine too);
    None when there is none in it."""
    name = text.strip().lower().removeprefix("https://").removesuffix("/")
    return name if len(name) <= 253 and _HOST_NAME.fullmatch(name) else None
