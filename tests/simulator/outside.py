"""What is outside of the program, but Stripe: clock, keyring, mail server, ngrok. Small fakes."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.factories import BERLIN, NOON
from tests.simulator.baton import ZERO, Baton
from workmate_desktop.domain.connection.tunnel import TunnelSettings, TunnelSight
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.notify.mail import Mail, MailAccount, MailRefusal, MailRefused
from workmate_desktop.domain.secrets import KeychainProblem, KeychainUnavailable, SecretPlace
from workmate_desktop.gateways.system.clock import SystemClock


class TrueTime:
    """The time at Stripe. `slept` are seconds in which the PC stood still (its threads, too)."""

    def __init__(self, baton: Baton) -> None:
        self._baton = baton
        self.slept = 0.0

    def seconds(self) -> float:
        """Since 1970."""
        return NOON.timestamp() + self._baton.now - ZERO + self.slept


class SimClock(SystemClock):
    """The program's clock on a PC that is `pc.clock_error` seconds ahead, in Berlin."""

    def __init__(self, pc: "Pc") -> None:
        super().__init__()
        self._pc = pc

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._pc.true.seconds() + self._pc.clock_error, UTC)

    def today(self) -> date:
        return self.now().astimezone(BERLIN).date()

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), BERLIN).astimezone(UTC)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(BERLIN)

    def advance(self, **_span: float) -> None:
        """Time passes by itself here."""


@dataclass
class Pc:
    """What outlives the program's process, beside its folder."""

    true: TrueTime
    clock_error: float = 0.0


class Keyring:
    """The system's keyring; it outlives the program. `locked`: it says no."""

    place = SecretPlace.KEYRING

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.locked = False

    def _open(self) -> dict[str, str]:
        if self.locked:
            raise KeychainUnavailable(KeychainProblem.LOCKED)
        return self.kept

    def get(self, name: str) -> str | None:
        return self._open().get(name)

    def set(self, name: str, value: str) -> None:
        self._open()[name] = value

    def delete(self, name: str) -> None:
        self._open().pop(name, None)


class MailServer:
    """Takes mails, refuses them, or takes them and says nothing."""

    def __init__(self, baton: Baton, chance: random.Random) -> None:
        self._baton = baton
        self._chance = chance
        self.refuses_until = 0.0
        self.silent_until = 0.0
        self.arrived: Counter[str] = Counter()
        """Id → how often it was taken."""
        self._at: dict[str, float] = {}
        self.unsure: dict[str, None] = {}
        """Those that were taken, and the program could not know it."""

    def nobody_noted(self, seconds: float = 60.0) -> None:
        """The program ends in the middle: it may not have noted what was taken just now."""
        recent = self._baton.now - seconds
        self.unsure |= {mail: None for mail, at in self._at.items() if at >= recent}

    def send(
        self,
        account: MailAccount,
        password: str,
        mail: Mail,
        now: datetime,
        cancelled: Any = None,
    ) -> None:
        """As gateways.mail.MailSender."""
        self._baton.block(self._chance.choice([0.01, 0.1, 2.0]))
        if cancelled is not None and cancelled.is_set():
            raise MailRefused(MailRefusal.TIMEOUT)
        if self._baton.now < self.refuses_until:
            kind = self._chance.choice([MailRefusal.UNREACHABLE, MailRefusal.TRY_LATER])
            raise MailRefused(kind)
        self.arrived[mail.id] += 1
        self._at[mail.id] = self._baton.now
        if self._baton.now < self.silent_until:
            self.unsure[mail.id] = None
            self._baton.block(45.0)
            raise MailRefused(MailRefusal.TIMEOUT)


class Ngrok:
    """The tunnel's agent and ngrok's side of it."""

    def __init__(self, baton: Baton, chance: random.Random) -> None:
        self._baton = baton
        self._chance = chance
        self.down_until = 0.0
        self.number = 1
        """A part of the address."""
        self.port: int | None = None
        """Where it leads; None while it is closed."""

    @property
    def host(self) -> str:
        return f"office-{self.number}.ngrok-free.app"

    def reached(self, host: str) -> int | None:
        """The port behind this public name."""
        return self.port if host == self.host and self._baton.now >= self.down_until else None

    def end_orphan(self) -> None:
        """There is no process."""

    def open(
        self,
        settings: TunnelSettings,
        port: int,
        cancelled: Any,
        news: Callable[[], None],
        progress: Callable[[int], None],
    ) -> str:
        """As gateways.tunnel.Ngrok."""
        self._baton.block(self._chance.choice([0.1, 0.5, 3.0]))
        if cancelled.is_set():
            raise UserError("tunnel_cancelled")
        if self._baton.now < self.down_until:
            raise UserError(self._chance.choice(["tunnel_no_net", "tunnel_silent"]))
        self.port = port
        return f"https://{self.host}"

    def look(self) -> TunnelSight:
        self._baton.perhaps()
        if self._baton.now < self.down_until:
            self.port = None
        if self.port is None:
            return TunnelSight(False, code="tunnel_agent_gone")
        return TunnelSight(True, f"https://{self.host}")

    def close(self) -> None:
        self.port = None


def far(seconds: float) -> timedelta:
    """For the printed life."""
    return timedelta(seconds=round(seconds))
