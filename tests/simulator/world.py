"""One simulated world: a PC with the program on it, its people, and everything outside of it.

All that happens in it follows from the seed. The thread that makes it is the one that lets the
life happen, step by step; it alone kills.
"""

import logging
import os
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.factories import _empty_books
from tests.simulator.at_stripe import SimStripe
from tests.simulator.baton import ZERO, Baton, Party
from tests.simulator.disk import Disk, copy_books
from tests.simulator.net import Net
from tests.simulator.outside import Keyring, MailServer, Ngrok, Pc, TrueTime
from tests.simulator.process import Process, Surroundings
from tests.simulator.seams import simulated
from tests.simulator.waits import SimWorker
from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.notify.mail import MailAccount, MailSecurity
from workmate_desktop.store.database.engine import create_file
from workmate_desktop.store.database.errors import StoreUnavailable, trouble_of
from workmate_desktop.store.database.file_names import FILE_NAME
from workmate_desktop.store.opening.open import restore_backup

LONGEST_ACT = 400.0
"""Seconds after which staff would say that the program hangs."""
_LOGGERS = ("workmate", "asyncio", "alembic")


class Wrong(Exception):
    """What must never be has happened. The text says it in words."""


class World:
    """`seed` decides; `root` is an empty folder for all that lies on the disk."""

    def __init__(self, seed: int, root: Path) -> None:
        self.seed = seed
        self.root = root
        self.baton = Baton(self._chance("who goes on"))
        self.disk = Disk(self.baton, self._chance("disk"))
        self.net = Net(self.baton)
        self.pc = Pc(TrueTime(self.baton))
        self.keyring = Keyring()
        self.mail = MailServer(self.baton, self._chance("mail"))
        self.ngrok = Ngrok(self.baton, self._chance("ngrok"))
        self.stripe = SimStripe(self.baton, self._chance("stripe"), self.pc.true, self.ngrok)
        self.stripe.net_call = self.net.call
        self.around = Surroundings(
            self.baton,
            self.disk,
            self.pc,
            self.net,
            self.keyring,
            self.mail,
            self.ngrok,
            self.stripe.api,
        )
        self.lines: list[str] = []
        """What happened, in words."""
        self.steps: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.log_errors: list[str] = []
        self.restarts = 0
        self.books_lost_at = 0.0
        """When the file of the books was last away from its place."""
        self._kill_at: int | None = None
        self._kill_due = False
        self._folders = 0
        self._first = root / "first"
        self.process: Process
        self.baton.at_turn = self._at_turn

    def _chance(self, what: str) -> random.Random:
        return random.Random(f"{self.seed} {what}")

    # --- telling ---------------------------------------------------------------------------

    def tell(self, text: str) -> None:
        """A line of the life."""
        text = text.replace(str(self.root), "…")
        self.lines.append(f"{self.baton.now - ZERO:12.3f} s  {text}")

    def find(self, text: str) -> None:
        """Something that must not be."""
        self.tell(f"WRONG: {text}")
        self.wrong.append(text)

    def fault(self, kind: str, text: str = "") -> None:
        """A fault begins."""
        self.faults[kind] += 1
        self.tell(f"fault: {kind} {text}".rstrip())

    # --- time and threads ------------------------------------------------------------------

    def pass_time(self, seconds: float, may_kill: bool = True) -> None:
        """Everyone else goes on for so long."""
        ends = self.baton.now + seconds
        while self.baton.now < ends:
            self.baton.block(ends - self.baton.now)
            if may_kill:
                self._look_after_kill()
        self._look_at_threads()

    def wait_for(
        self, what: Callable[[], object], seconds: float, *, may_kill: bool = True
    ) -> bool:
        """Let time pass until it is so. Whether it is."""
        ends = self.baton.now + seconds
        while not what():
            if self.baton.now >= ends:
                return False
            self.pass_time(0.5, may_kill)
        return True

    def in_process(self, act: Callable[[], object], name: str) -> SimWorker:
        """Begin something that staff or the program do."""
        return SimWorker(self.baton, self.baton.begin(act, name, self.process.waiting))

    def join(self, worker: SimWorker, seconds: float = LONGEST_ACT) -> bool:
        """Wait for its end. Whether it ended."""
        ends = self.baton.now + seconds
        while worker.is_alive():
            if self.baton.now >= ends:
                return False
            worker.watch()
            self.baton.block(ends - self.baton.now)
            self._look_after_kill()
        self._look_at_threads()
        return True

    def _look_at_threads(self) -> None:
        if self.baton.died:
            died, self.baton.died = self.baton.died, []
            for one in died:
                self.find(f"a thread of the program died: {one}")

    # --- the program -----------------------------------------------------------------------

    def first_start(self) -> None:
        """The program is set up: keys, tunnel, webhook, mail."""
        folder = self._new_folder()
        folder.mkdir(mode=0o700)
        create_file(folder / FILE_NAME)
        (folder / FILE_NAME).write_bytes(_empty_books())
        self.baton.begin(self.stripe.work, "stripe", self)
        self._begin(folder)
        self.join(self.in_process(self._set_up, "set-up"))
        if not self.wait_for(self._set, 60):
            self.find("the program could not be set up")
        with (
            closing(sqlite3.connect(folder / FILE_NAME)) as books,
            closing(sqlite3.connect(self._first)) as copy,
        ):
            books.backup(copy)

    def _set_up(self) -> None:
        core = self.process.core
        assert core is not None and core.address is not None
        core.setup.save(PUBLISHABLE_KEY, SECRET_KEY, None)
        core.setup.test_connection(PUBLISHABLE_KEY, None, self.process.waiting.signal())
        core.address.arrange()
        account = MailAccount(
            "mail.example.de", 587, MailSecurity.STARTTLS, "", "a@example.de", "b@example.de"
        )
        core.mail.save(account, None)

    def _set(self) -> bool:
        core = self.process.core
        return core is not None and core.address is not None and core.address.state.delivers

    def _new_folder(self) -> Path:
        self._folders += 1
        return self.root / f"pc{self._folders}"

    def _tried(self, folder: Path) -> Process:
        """Start it once; `refused` says whether it did."""
        made = self.process = Process(self.around, folder)
        made.begin()
        if not self.wait_for(lambda: made.ready or made.refused is not None, 60):
            self.find("the program did not start within 60 s")
        return made

    def _begin(self, folder: Path) -> None:
        """Start it, again where it was refused because of the disk."""
        for _ in range(20):
            refused = self._tried(folder).refused
            if refused is None:
                return
            self.process.kill()
            told = refused.code if isinstance(refused, UserError) else f"{refused!r}"[:200]
            if not self.disk.was_troubled:
                self.find(f"the program refused its own books: {told}")
                return
            self.tell(f"the program says no at its start: {told}")
            self.pass_time(15.0)
        self.find("the program did not start although the disk is well")

    def kill(self) -> None:
        """SIGKILL, and a new start on what is on the disk at this moment."""
        self._kill_at, self._kill_due = None, False
        self.mail.nobody_noted()
        old, new = self.process.folder, self._new_folder()
        copy_books(old, new)
        self.process.kill()
        shutil.rmtree(old, ignore_errors=True)
        self.fault("kill")
        self.restarts += 1
        self.baton.block(0.5)
        self._begin(new)

    @property
    def wrong_time(self) -> bool:
        """Whether the program may take a message of now for one of another time."""
        if self.pc.clock_error or self.stripe.lies:
            return True
        return abs(self.process.clock.stripe_now() - self.pc.true.seconds()) > 30

    def old_copy(self) -> Path:
        """The books as they were when they were set up, once more."""
        copy = self.root / "old copy"
        shutil.copy(self._first, copy)
        return copy

    def no_trouble(self) -> bool:
        """Whether the program says that the books can be written."""
        core = self.process.core
        return core is not None and core.writer.trouble is None

    def put_rescued_in_place(self, *, kill: bool) -> None:
        """Staff end the program (or it is killed), and put in place what it has saved."""
        process = self.process
        self.mail.nobody_noted(500.0)
        if kill:
            process.kill()
        else:
            self.join(self.in_process(process.stop, "stopper"))
            process.kill()
        self.restarts += 1
        again = self._tried(process.folder)
        refused = again.refused
        if refused is None:
            return  # nothing was booked since the old copy: else it is missing at the end
        if not (isinstance(refused, UserError) and refused.code == "database_rescued"):
            self.find(f"what was confirmed is not offered at the next start: {refused!r}")
            return
        again.kill()
        self.tell("staff: what was saved is put in place")
        restore_backup(process.folder, str(refused.values["rescued"]), "20261123-120000")
        self._begin(process.folder)

    def kill_soon(self, turns: int | None) -> None:
        """In the middle of whatever happens after so many turns; None: not any more."""
        self._kill_at = None if turns is None else self.baton.turns + turns
        self._kill_due = False

    def _at_turn(self, _me: Party) -> Party | None:
        if self._kill_at is None or self.baton.turns < self._kill_at:
            return None
        self._kill_at, self._kill_due = None, True
        return self.baton.world if self.baton.world.waits else None

    def _look_after_kill(self) -> None:
        if self._kill_due:
            self.kill()

    def stop_and_start(self) -> None:
        """Its user ends it, and starts it again."""
        process = self.process
        self.mail.nobody_noted()
        ended: list[bool] = []
        worker = self.in_process(lambda: ended.append(process.stop()), "stopper")
        if not self.join(worker):
            self.find("the program did not end")
        elif process is self.process and not all(ended):
            self.tell("the program did not end all its parts in time")
        if process is self.process:
            left = [one for one in self.baton.alive(process.waiting) if one != "staff"]
            if left:
                self.find(f"still running after the end: {', '.join(left)}")
            process.kill()
            self.fault("restart")
            self.restarts += 1
            self._begin(process.folder)


class _Ear(logging.Handler):
    """Errors in the log are findings: the program says that it has a bug."""

    def __init__(self, world: World) -> None:
        super().__init__(logging.ERROR)
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        if self._world.baton.me.killed:
            return
        text = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if error is None or isinstance(error, StoreUnavailable) or trouble_of(error):
            self._world.tell(f"log: {text}")  # no bug, or the disk's trouble told as such
            return
        text += "\n" + logging.Formatter().formatException(record.exc_info or (None, None, None))
        self._world.log_errors.append(text)


@contextmanager
def world_of(seed: int, root: Path) -> Iterator[World]:
    """As long as a life lasts. `root` is an empty folder, and removed by whoever made it."""
    world = World(seed, root)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(one.level, one.propagate, one.disabled) for one in loggers]
    ear = _Ear(world)
    for one in loggers:
        one.setLevel(logging.ERROR)
        one.propagate = False
        one.addHandler(ear)
    try:
        with simulated(world.disk, world._chance("ids")):
            try:
                yield world
            finally:
                world.baton.at_turn = None
                if hasattr(world, "process"):
                    world.process.kill()
                world.baton.kill(world)
    finally:
        for one, (level, propagate, disabled) in zip(loggers, before, strict=True):
            one.setLevel(level)
            one.propagate, one.disabled = propagate, disabled
            one.removeHandler(ear)
        world.stripe.account.close()


def quick_folder() -> str | None:
    """Where many small files are quickly written; None is the system's usual place."""
    memory = "/dev/shm"
    return memory if os.access(memory, os.W_OK) else None
