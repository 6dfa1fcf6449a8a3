"""What goes wrong: the PC, the disk, the net, Stripe, strangers. Each fault ends by itself."""

import copy
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

from tests.faults.money_office import Step
from tests.simulator.at_stripe import API_FAULTS
from tests.simulator.customers import Customers
from tests.simulator.disk import DiskFault
from tests.simulator.net import Caller
from tests.simulator.staff import Staff
from tests.simulator.world import World
from tests.standins.stripe_http import Fault
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.store.database.file_names import FILE_NAME

OFTEN = {
    "kill": 2,
    "kill_in_the_middle": 8,
    "restart": 2,
    "disk_full": 3,
    "disk_broken": 3,
    "database_locked": 2,
    "commit_unsure": 3,
    "file_gone": 2,
    "file_swapped": 2,
    "file_away": 1,
    "clock_jumps": 3,
    "test_data_deleted": 1,
    "stripe_lies_about_time": 1,
    "pc_sleeps": 3,
    "tunnel_gone": 3,
    "address_changes": 2,
    "stripe_in_trouble": 6,
    "answers_are_lost": 2,
    "same_page_again": 1,
    "pages_are_small": 2,
    "odd_event": 3,
    "secret_rolled": 2,
    "from_another_time": 2,
    "another_program_writes": 3,
    "post_slow": 2,
    "post_forgets": 3,
    "post_repeats": 2,
    "mail_refused": 1,
    "mail_silent": 1,
    "keyring_locked": 1,
    "stranger": 3,
    "crowd_of_slow_ones": 1,
}
"""What goes wrong, and how often compared with the rest."""


class Faults:
    """Lets them begin."""

    def __init__(self, world: World, staff: Staff, customers: Customers) -> None:
        self.world = world
        self.staff = staff
        self.customers = customers
        self.chance = random.Random(0)

    def do(self, step: Step) -> None:
        """Let one begin."""
        self.chance = random.Random(step.seed)
        getattr(self, "_" + step.what)()

    def pay(self) -> None:
        """A customer pays now."""
        chance = self.customers.chance
        self.customers.do(Step("paid", self.world.baton.turns))
        self.customers.chance = chance

    def all_over(self) -> None:
        """Nothing is wrong any more, outside of the program."""
        world = self.world
        world.disk.heal()
        world.pc.clock_error = 0.0
        world.stripe.lies = 0.0
        world.stripe.trouble_until = world.mail.refuses_until = world.mail.silent_until = 0.0
        world.ngrok.down_until = 0.0
        world.keyring.locked = False
        world.stripe.forgets_per_mille = world.stripe.repeats_per_mille = 0
        world.stripe.delays = (0.05,)
        world.stripe.account.account.repeat_pages = 0

    def _seconds(self) -> float:
        return self.chance.choice([0.3, 2.0, 10.0, 40.0, 130.0])

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self.world.stripe.later(seconds, act)

    # --- the process and its PC --------------------------------------------------------------

    def _kill(self) -> None:
        self.world.kill()

    def _kill_in_the_middle(self) -> None:
        turns = self.chance.choice([1, 2, 3, 5, 8, 13, 30, 80, 200])
        self.world.tell(f"it will be killed after {turns} more turns")
        self.world.kill_soon(turns)

    def _restart(self) -> None:
        self.world.stop_and_start()

    def _pc_sleeps(self) -> None:
        hours = self.chance.choice([0.02, 0.5, 3.0, 14.0, 30.0, 80.0])
        self.world.pc.true.slept += hours * 3600
        self.world.fault("the PC sleeps", f"for {hours} hours")

    def _clock_jumps(self) -> None:
        minutes = self.chance.choice([-3000, -60, -11, -4, 4, 11, 60, 3000])
        self.world.pc.clock_error = 60.0 * minutes
        self.world.fault("the clock jumps", f"it is {minutes} min ahead now")
        self._later(self.chance.choice([20.0, 300.0, 4000.0]), self._right)

    def _keyring_locked(self) -> None:
        self.world.keyring.locked = True
        self.world.fault("the keyring is locked")

        def unlocked() -> None:
            self.world.keyring.locked = False

        self._later(self._seconds(), unlocked)

    def _test_data_deleted(self) -> None:
        """Staff delete all test data while the clock is two days ahead, which nobody measured."""
        world = self.world
        world.pc.clock_error = 2880 * 60.0
        world.fault("the clock jumps", "it is two days ahead, and test data is deleted")
        self.staff.delete_test_data(self.customers)
        self._later(self.chance.choice([30.0, 300.0]), self._right)
        self._later(31.0, self.pay)

    def _right(self) -> None:
        self.world.pc.clock_error = 0.0

    # --- the disk ----------------------------------------------------------------------------

    def _disk(self, fault: DiskFault, name: str) -> None:
        seconds, per_mille = self._seconds(), self.chance.choice([50, 300, 1000])
        self.world.disk.arm(fault, seconds, per_mille)
        self.world.fault(name, f"for {seconds} s, {per_mille} per mille of statements")

    def _disk_full(self) -> None:
        self._disk(DiskFault.FULL, "the disk is full")

    def _disk_broken(self) -> None:
        self._disk(DiskFault.BROKEN, "the disk fails")

    def _database_locked(self) -> None:
        self._disk(DiskFault.LOCKED, "another program locks the database")

    def _commit_unsure(self) -> None:
        self._disk(DiskFault.UNSURE, "commits are kept and told as failed")

    def _file_gone(self) -> None:
        """Somebody deletes the file of the books while the program runs."""
        self._without_books("the file of the books is deleted", lambda books: books.unlink())

    def _file_swapped(self) -> None:
        """Somebody puts an old copy in its place."""
        old = self.world.old_copy()
        text = "an old copy takes the place of the books"
        self._without_books(text, old.replace)

    def _file_away(self) -> None:
        """Something takes the file away for a while, and puts it back."""
        if not self._works():
            return
        books = self.world.process.folder / FILE_NAME
        away = books.with_name("away")
        books.rename(away)
        self.world.books_lost_at = self.world.baton.now
        self.world.fault("the file of the books is away for a while")
        self.world.pass_time(self._seconds(), may_kill=False)
        away.rename(books)
        self.world.books_lost_at = self.world.baton.now
        self.world.wait_for(self.world.no_trouble, 60, may_kill=False)

    def _works(self) -> bool:
        """One such thing at a time: on a broken disk nothing could be saved."""
        self.world.disk.heal()
        self.world.kill_soon(None)
        return self.world.process.ready and self.world.wait_for(self.world.no_trouble, 60)

    def _without_books(self, text: str, act: Callable[[Path], object]) -> None:
        """Until staff end the program, and put what was saved into its place."""
        world = self.world
        if not self._works():
            return
        act(world.process.folder / FILE_NAME)
        world.books_lost_at = world.baton.now
        world.fault(text)
        # What is ended before the loss is noticed (ten seconds) is lost with its file.
        world.pass_time(self.chance.choice([25.0, 60.0, 300.0]), may_kill=False)
        world.put_rescued_in_place(kill=self.chance.random() < 0.5)
        world.books_lost_at = world.baton.now

    # --- net and Stripe ----------------------------------------------------------------------

    def _tunnel_gone(self) -> None:
        seconds = self._seconds()
        self.world.ngrok.down_until = self.world.baton.now + seconds
        self.world.fault("the tunnel is gone", f"for {seconds} s")

    def _address_changes(self) -> None:
        self.world.ngrok.number += 1
        self.world.ngrok.down_until = self.world.baton.now + 2.0
        self.world.fault("the public address changes")

    def _stripe_in_trouble(self) -> None:
        stripe, seconds = self.world.stripe, self._seconds()
        kinds = self.chance.sample(API_FAULTS, self.chance.choice([1, 1, 2, 4]))
        stripe.trouble = tuple(kinds)
        stripe.trouble_until = self.world.baton.now + seconds
        names = ", ".join(one.value for one in kinds)
        self.world.fault("Stripe is in trouble", f"for {seconds} s: {names}")

    def _answers_are_lost(self) -> None:
        """Stripe does what it is asked for, and nobody hears of it."""
        stripe, seconds = self.world.stripe, self.chance.choice([10.0, 40.0, 130.0])
        stripe.trouble = (Fault.RESET_AFTER,)
        stripe.trouble_until = self.world.baton.now + seconds
        self.world.fault("Stripe's answers are lost", f"for {seconds} s")

    def _stripe_lies_about_time(self) -> None:
        seconds = self.chance.choice([-250.0, -30.0, 30.0, 250.0, 900.0])
        self.world.stripe.lies = seconds
        self.world.fault("Stripe's Date is wrong", f"by {seconds} s")

        def right() -> None:
            self.world.stripe.lies = 0.0

        self._later(self._seconds(), right)

    def _same_page_again(self) -> None:
        self.world.stripe.account.account.repeat_pages = pages = self.chance.choice([1, 2, 5])
        self.world.fault("Stripe answers the same page again", f"{pages} times")

    def _pages_are_small(self) -> None:
        self.world.stripe.account.account.largest_page = size = self.chance.choice([2, 3, 5])
        self.world.fault("Stripe's pages are small", f"{size} objects")

    def _odd_event(self) -> None:
        """Signed, and cannot be true: half a cent, real money with test keys, a text."""
        intents = self.customers.intents()
        if not intents or not self.staff.invoices:
            return
        intent = copy.deepcopy(self.chance.choice(intents))
        intent["id"] = f"{intent['id']}odd{self.world.baton.turns}"
        intent["metadata"] = self.customers.ours(self.chance)
        odd = self.chance.choice(["half a cent", "real money", "text", "negative"])
        live = odd == "real money"
        intent["livemode"] = live
        wrong = {"half a cent": 5000.5, "real money": 5000, "text": "5000", "negative": -5000}[odd]
        intent["amount"] = intent["amount_received"] = wrong
        self.world.stripe.send_odd(
            {
                "id": f"evt_odd{self.world.baton.turns}",
                "object": "event",
                "api_version": self.world.stripe.account.account.api_version,
                "created": int(self.world.pc.true.seconds()),
                "data": {"object": intent},
                "livemode": live,
                "type": "payment_intent.succeeded",
            }
        )
        self.world.fault("a message that cannot be true", odd)

    def _secret_rolled(self) -> None:
        """In the Dashboard; both secrets sign until staff have entered the new one."""
        endpoints = self.world.stripe.endpoints()
        if not endpoints or not self.world.process.ready or self.world.keyring.locked:
            return
        known = endpoints[0]["id"]
        secret = self.world.stripe.account.roll_secret(known, 10**6)
        self.world.fault("the signing secret is rolled")
        self.world.pass_time(self._seconds())
        self.staff.enter_secret(secret)

    def _from_another_time(self) -> None:
        """Signed with the right secret, but long ago or far in the future."""
        world = self.world
        endpoints = world.stripe.endpoints()
        if not endpoints or world.wrong_time:
            return
        after = self.chance.choice([400.0, 5000.0, -400.0])
        secrets = world.stripe.account.secrets_of(endpoints[0]["id"])
        body = b'{"id":"evt_other","object":"event","type":"invoice.paid","data":{"object":{}}}'
        request = world.stripe.request(world.ngrok.host, body, secrets, after)
        self._call(Caller(world.baton, [(0.0, request)], self._heard, False, f"of {after} s"))
        world.fault("a message from another time", f"{after} s")

    def _another_program_writes(self) -> None:
        """It holds the lock for less time than SQLite waits for it."""
        seconds = self.chance.choice([0.2, 1.0, 2.5])
        path = self.world.process.folder / FILE_NAME
        if not path.exists() or not self._works():
            return
        other = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
        try:
            other.execute("BEGIN IMMEDIATE")
            # Nothing that a seal would name, but a commit of its own: there and back.
            other.execute("UPDATE settings SET value = value || 'x'")
            other.execute("UPDATE settings SET value = substr(value, 1, length(value) - 1)")
        except sqlite3.OperationalError:
            other.close()
            return

        def commits() -> None:
            other.execute("COMMIT")
            other.close()

        self.world.fault("another program writes", f"for {seconds} s")
        self._later(0.1, self.pay)
        self._later(seconds, commits)

    def _post_slow(self) -> None:
        stripe = self.world.stripe
        stripe.delays = self.chance.choice([(5.0, 30.0), (0.01, 90.0, 400.0), (1.0, 3000.0)])
        self.world.fault("deliveries are late", f"{stripe.delays} s")

    def _post_forgets(self) -> None:
        self.world.stripe.forgets_per_mille = per_mille = self.chance.choice([0, 200, 700, 1000])
        self.world.fault("deliveries are lost", f"{per_mille} per mille")

    def _post_repeats(self) -> None:
        self.world.stripe.repeats_per_mille = per_mille = self.chance.choice([300, 900])
        self.world.fault("deliveries are repeated", f"{per_mille} per mille")

    def _mail_refused(self) -> None:
        self.world.mail.refuses_until = self.world.baton.now + self._seconds()
        self.world.fault("the mail server refuses")

    def _mail_silent(self) -> None:
        self.world.mail.silent_until = self.world.baton.now + self._seconds() + 60
        self.world.fault("the mail server takes mails and says nothing")

    # --- strangers ---------------------------------------------------------------------------

    def _stranger(self) -> None:
        """Forged, cut off, never finished, far too large, no HTTP at all."""
        world = self.world
        what = self.chance.choice(["forged", "cut", "slow", "large", "nonsense"])
        body = b'{"id":"evt_forged","object":"event","type":"payment_intent.succeeded"}'
        if what == "large":
            body = b" " * 1_200_000
        head = (
            f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: {world.ngrok.host}\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nStripe-Signature: t=1,v1=00\r\n\r\n"
        ).encode()
        pieces = [(0.0, head + body)]
        if what == "slow":
            pieces = [(0.0, head), *[(0.7, body[n : n + 1]) for n in range(20)]]
        if what == "nonsense":
            pieces = [(0.0, self.chance.randbytes(50))]
        self._call(Caller(world.baton, pieces, self._heard, what == "cut", what))
        world.fault("a stranger", what)

    def _crowd_of_slow_ones(self) -> None:
        """67 half-finished requests a second, for five seconds; meanwhile customers pay."""
        head = (
            f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: {self.world.ngrok.host}\r\n"
            "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
        ).encode()
        for number in range(335):
            self._later(number / 67, lambda: self._slow_one(head))
        for after in (1.1, 2.3, 2.9, 4.0):
            self._later(after, self.pay)
        self.world.fault("a crowd of slow ones")

    def _slow_one(self, head: bytes) -> None:
        pieces = [(0.0, head), (12.0, b" " * 49)]
        self._call(Caller(self.world.baton, pieces, self._heard, False, "crowd"))

    def _call(self, caller: Caller) -> None:
        self.world.net.call(self.world.ngrok.port, caller)

    def _heard(self, caller: Caller) -> None:
        if caller.status == 200:
            self.world.find(f"a stranger's request was taken: {caller.what}")
