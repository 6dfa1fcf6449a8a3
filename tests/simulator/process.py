"""One run of the program: its own Core on a simulated PC. It is stopped, or killed anywhere."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.simulator.baton import Baton
from tests.simulator.disk import Disk
from tests.simulator.net import Net
from tests.simulator.outside import Keyring, MailServer, Ngrok, Pc, SimClock
from tests.simulator.waits import Office
from workmate_desktop.app.core import Core
from workmate_desktop.app.options import Options
from workmate_desktop.app.outside import Outside
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.secrets.secret_file import SecretFile
from workmate_desktop.gateways.stripe.api import StripeApi
from workmate_desktop.gateways.tunnel.public_post import Answer
from workmate_desktop.services.booking.review import Review
from workmate_desktop.services.books import Books
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.store.database.errors import trouble_of


class Surroundings:
    """What a process of the program finds on its PC."""

    def __init__(
        self,
        baton: Baton,
        disk: Disk,
        pc: Pc,
        net: Net,
        keyring: Keyring,
        mail: MailServer,
        ngrok: Ngrok,
        api: Callable[[str, Any, Callable[[datetime], None]], StripeApi],
    ) -> None:
        self.baton = baton
        self.disk = disk
        self.pc = pc
        self.net = net
        self.keyring = keyring
        self.mail = mail
        self.ngrok = ngrok
        self.api = api
        """(key, cancelled, who is told Stripe's time)"""


class Process:
    """From `begin` until `kill` or `stop`."""

    def __init__(self, around: Surroundings, folder: Path) -> None:
        self.around = around
        self.folder = folder
        self.waiting = Office(around.baton)
        self.clock = SimClock(around.pc)
        self.core: Core | None = None
        self.refused: BaseException | None = None
        """Why it could not start."""
        self.begun = False
        """Everything of it runs."""
        self.ended = False

    def begin(self) -> None:
        """Start it, in threads of its own. Returns at once."""
        self.around.baton.begin(self._main, "main", self.waiting)

    def _outside(self) -> Outside:
        around = self.around
        return Outside(
            waiting=self.waiting,
            clock=self.clock,
            keychain=lambda _instance_id: around.keyring,
            secret_file=SecretFile(self.folder),
            api=lambda key, cancelled: around.api(key, cancelled, self.clock.note_stripe_time),
            ngrok=around.ngrok,
            mail=around.mail,
            post=_nobody,
            net=around.net,  # type: ignore[arg-type] # its sockets are none
            connect=around.disk.open_connection,
        )

    def _main(self) -> None:
        options = Options("serve", self.folder, port=8000, tunnel="ngrok", ngrok_authtoken="t")
        try:
            core = self.core = Core(options, self._outside())
            core.start()
            self.begun = True
        except UserError as refusal:
            self.refused = refusal
        except Exception as error:
            if trouble_of(error) is None:
                raise
            self.refused = error  # `serve` ends here, and is started again

    @property
    def ready(self) -> bool:
        """Whether staff can work with it."""
        return self.begun and not self.ended

    def kill(self) -> None:
        """As SIGKILL: nothing of it runs any more. (Copy the folder before.)"""
        self.ended = True
        self.around.baton.kill(self.waiting)
        self.around.net.cut_all()
        self.around.ngrok.close()
        self.core = None

    def stop(self) -> bool:
        """In order, as by its user. Whether everything ended in time."""
        self.ended = True
        core = self.core
        ended = core is None or core.stop()
        self.around.net.cut_all()
        return ended

    # --- as tests.faults.money_office wants an office ------------------------------------

    @property
    def books(self) -> Books:
        assert self.core is not None
        return self.core.books

    @property
    def invoicing(self) -> Invoicing:
        assert self.core is not None
        return self.core.invoicing

    @property
    def review(self) -> Review:
        assert self.core is not None
        return self.core.review

    @property
    def writer(self) -> Any:
        assert self.core is not None
        return self.core.writer

    @property
    def database(self) -> Any:
        assert self.core is not None
        return self.core.database

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the newest commit holds."""
        with self.database.reader() as connection:
            found = connection.exec_driver_sql(sql, tuple(values))
            return [tuple(row) for row in found]


def _nobody(_url: str, _body: bytes, _signature: str, _cancelled: Any) -> Answer:
    """The test of the own reception is not in the simulator."""
    raise NotImplementedError
