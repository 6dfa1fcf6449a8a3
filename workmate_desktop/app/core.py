"""Everything that works without a window: built in one place, started and stopped in order.

Start: data folder and lock → database check → writer → keys → listener (bind) →
tunnel → catch-up. Stop in reverse, each joined with a deadline. Stopping twice is fine.
"""

import logging
import os
import socket
from functools import partial
from urllib.parse import urlsplit

from workmate_desktop.app.options import Options
from workmate_desktop.app.outside import Outside
from workmate_desktop.app.surroundings import note_place, person
from workmate_desktop.domain.clock import to_text
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.reception.answers import Answers
from workmate_desktop.domain.steps import StepName
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.gateways.stripe.webhook import warm_up
from workmate_desktop.listener.hosts import HostNames
from workmate_desktop.listener.server import Listener
from workmate_desktop.listener.state_file import remove_state_file, write_state_file
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.booking.refunds import Refunds
from workmate_desktop.services.booking.review import Review
from workmate_desktop.services.books import Books
from workmate_desktop.services.catch_up.after_catch_up import AfterCatchUp
from workmate_desktop.services.catch_up.catch_up import CatchUp
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpKeeper
from workmate_desktop.services.catch_up.comparison import Comparison
from workmate_desktop.services.connection.endpoint import EndpointKeeper
from workmate_desktop.services.connection.public_address import GivenTunnel, PublicAddress
from workmate_desktop.services.connection.stripe_setup import GivenKeys, StripeSetup
from workmate_desktop.services.connection.tunnel import Tunnel
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.services.notify.mail_setup import MailSetup
from workmate_desktop.services.notify.mailer import Mailer
from workmate_desktop.services.pay_links.pay import Pay
from workmate_desktop.services.pay_links.pay_keeper import PayKeeper
from workmate_desktop.services.reception.checklist_live import LiveChecklist
from workmate_desktop.services.reception.reception import Reception
from workmate_desktop.services.reception.self_test import SelfTest
from workmate_desktop.services.reception.simulate import Simulation
from workmate_desktop.services.reception.trouble_watch import TroubleWatch
from workmate_desktop.services.steps import Steps
from workmate_desktop.services.upkeep.backups import Backups
from workmate_desktop.services.upkeep.upkeep import Upkeep
from workmate_desktop.store.database.errors import StoreTrouble
from workmate_desktop.store.opening.open import open_database
from workmate_desktop.store.opening.start_check import StartCheck
from workmate_desktop.store.writer import Writer
from workmate_desktop.words.customer_texts import customer
from workmate_desktop.words.decline_reasons import DeclineReasons
from workmate_desktop.words.language import GERMAN
from workmate_desktop.words.mail_words import mail_text, test_mail_text

logger = logging.getLogger("workmate.app")


class Core:
    """All objects of one running program, without Qt.

    The caller holds the instance lock of the data folder. The constructor raises UserError (see
    store.open).
    """

    def __init__(
        self,
        options: Options,
        outside: Outside,
        bound: socket.socket | None = None,
        begun: StartCheck | None = None,
    ) -> None:
        """`bound` is the port where it is bound already; from now on it belongs to the core.
        `begun` is the check of the books where it runs already.
        """
        self.options = options
        self.outside = outside
        self._waiting = waiting = outside.waiting
        self.clock = clock = outside.clock
        self._public_url: str | None = None
        today = clock.today().isoformat()
        opened = open_database(options.data_dir, today, waiting, begun, outside.connect)
        self.database = opened.database
        self.announcer = Announcer()
        self.writer = Writer(
            self.database, clock, self.announcer.announce, on_trouble=self._on_trouble
        )
        self.steps = Steps(self.writer, self.database, clock, self.announcer)
        answers = Answers()
        self.books = Books(self.database, clock, answers)
        staff = person()
        self.invoicing = Invoicing(self.writer, self.database, clock, staff)
        self.review = Review(
            self.writer,
            self.database,
            self.books,
            clock,
            staff,
            livemode=lambda: self.setup.keys.livemode,
        )
        self.setup = self._stripe_setup(opened.instance_id)
        self.receive = Receive(
            self.writer,
            clock,
            opened.instance_id,
            keys=self._loaded_keys,
            account=lambda: self.setup.account.id if self.setup.account else None,
            failure_text=DeclineReasons.load().english,
            on_refusal=self._on_refusal,
            answers=answers,
        )
        self.hosts = HostNames()
        self.address = None if options.demo else self._public_address(opened.instance_id)
        self.refunds = None if options.demo else self._refunds(staff)
        self.catch_up = self._catch_up(self.refunds, opened.instance_id) if self.refunds else None
        self.pay = self._pay(opened.instance_id)
        self.pay_keeper = None if options.demo else self._pay_keeper()
        self.listener = Listener(
            self.receive.delivery,
            waiting=waiting,
            net=outside.net,
            host_names=self.hosts,
            on_answer=self.receive.answered,
            bound=bound,
        )
        self.reception = Reception(
            self.listener,
            options.port,
            self.receive.refusals,
            keys=self._loaded_keys,
            store_trouble=lambda: self.writer.trouble.value if self.writer.trouble else None,
            announcer=self.announcer,
            waiting=waiting,
            state_file=self._write_state_file,
            catch_up=lambda: self.catch_up.state if self.catch_up else None,
            address=lambda: self.address.state if self.address else None,
            troubles=lambda: self.troubles.active,
            delivers=lambda: self.troubles.delivers,
        )
        self.simulation = Simulation(
            self.books,
            self.receive,
            clock,
            opened.instance_id,
            keys=lambda: self.setup.keys,
            port=lambda: self.listener.port,
        )
        self.self_test = SelfTest(
            self.receive.probes,
            clock,
            self.announcer,
            waiting,
            keys=self._loaded_keys,
            port=lambda: self.listener.port,
            public_url=lambda: self._public_url,
            post=outside.post,
        )
        self.mail, self.mailer = self._mails()
        self.backups = Backups(options.data_dir, clock, waiting, self.database.place)
        self.troubles = TroubleWatch(
            self.writer,
            self.announcer,
            clock,
            waiting,
            self.receive,
            catch_up=lambda: self.catch_up.state if self.catch_up else None,
            address=lambda: self.address.state if self.address else None,
            self_test=lambda: self.self_test.last,
        )
        self.checklist = LiveChecklist(
            self.setup,
            self.books,
            self.reception,
            clock,
            clock_offset=lambda: clock.measured,
            self_test=lambda: self.self_test.last,
            steps=self.steps.states,
        )
        self.upkeep = Upkeep(
            self.writer,
            self.database,
            options.data_dir,
            clock,
            waiting,
            self.steps,
            self.announcer,
        )
        self._order = waiting.lock()
        self._stopped = False

    def start(self) -> None:
        """Blocks for as long as the keyring does: for the background.

        A stop that comes meanwhile is heeded: nothing is started after it.
        """
        with self._order:
            if self._stopped:
                return
            self.writer.start()
        warm_up()  # before the first delivery, which would wait for it
        if not self.setup.loaded:
            self.setup.load()
        if self._stopped:
            return  # the books are closed, and perhaps another file takes their place
        if self.address is not None:
            self.outside.ngrok.end_orphan()
            self.address.load()
        with self._order:
            if self._stopped:
                return
            self.troubles.start()
            port = self.reception.start()
            if port is None:
                self.writer.submit_later(
                    lambda t: t.notices.add_once_a_day(NoticeKind.RECEPTION_DISTURBED)
                )
            if self.address is not None:
                self.address.start(port)
            if self.catch_up is not None:
                self.catch_up.start()
            self.mail.load()
            self.mailer.start()
            if self.pay_keeper is not None:
                self.pay_keeper.start()
            self.upkeep.start()
            note_place(self.writer, self.options)

    def stop(self, wait_for_readers: float = 0.0) -> bool:
        """Stop in reverse order; each part is joined with a deadline. Twice is fine.

        Waits `wait_for_readers` seconds at most for views that are reading. True: nothing has
        the database open any more, so its file may be replaced.
        """
        with self._order:
            if self._stopped:
                return False
            self._stopped = True
        self.pay.stop()
        closed = self.pay_keeper is None or self.pay_keeper.stop()
        if not closed:
            logger.error("The keeper of the payment links did not end in time")
        fetched = self.catch_up is None or self.catch_up.stop()
        if not fetched:
            logger.error("The catch-up did not end in time")
        if self.address is not None and not self.address.stop():
            logger.error("The tunnel did not end in time")
        mailed = self.mailer.stop()
        if not mailed:
            logger.error("The mailer did not end in time")
        kept_up = self.upkeep.stop()
        self.troubles.stop()
        self.reception.stop()
        written = self.writer.stop()
        if not written:
            logger.error("The writer did not end in time")
        elif not self.options.demo:
            self.upkeep.back_up_at_end()
        unused = self.database.close(wait_for_readers)
        return closed and fetched and mailed and kept_up and written and unused

    def _mails(self) -> tuple[MailSetup, Mailer]:
        sender = self.outside.mail
        mail = MailSetup(self.writer, self.database, self.setup, sender, self.clock, test_mail_text)
        mailer = Mailer(
            self.writer,
            self.database,
            self.announcer,
            mail,
            sender,
            self.clock,
            self._waiting,
            lambda notices: mail_text(notices, self.clock.local),
            self.steps.step(StepName.MAIL),
        )
        return mail, mailer

    def _stripe_setup(self, instance_id: str) -> StripeSetup:
        options = self.options
        return StripeSetup(
            self.writer,
            self.database,
            self.announcer,
            keychain=self.outside.keychain(instance_id),
            secret_file=self.outside.secret_file,
            given=GivenKeys(
                options.stripe_publishable_key,
                options.stripe_secret_key,
                tuple(s.strip() for s in options.stripe_webhook_secret.split(",") if s.strip()),
            ),
            ask_account=lambda key, cancelled: self.outside.api(key, cancelled).account(),
            clock=self.clock,
        )

    def _loaded_keys(self) -> StripeKeys | None:
        return self.setup.keys if self.setup.loaded else None

    def _refunds(self, actor: str) -> Refunds:
        books = (self.writer, self.database, self.receive, self.clock)
        return Refunds(*books, self.outside.api, self._loaded_keys, actor)

    def _catch_up(self, refunds: Refunds, instance_id: str) -> CatchUpKeeper:
        books = (self.writer, self.database, self.receive, self.clock)
        catch_up = CatchUp(*books, self.outside.api, self._loaded_keys)
        comparison = Comparison(
            *books, self.outside.api, self._loaded_keys, instance_id, self._waiting
        )
        return CatchUpKeeper(
            catch_up,
            self.clock,
            self.announcer,
            self._waiting,
            lambda: self.troubles.delivers,
            afterwards=AfterCatchUp(
                (self.steps.step(StepName.REFUNDS), refunds.finish_open),
                (self.steps.step(StepName.COMPARISON), comparison.if_due),
                (self.steps.step(StepName.FEES), comparison.fetch_fees),
            ),
            steps=self.steps,
        )

    def _pay_keeper(self) -> PayKeeper:
        step = self.steps.step(StepName.PAY_LINKS)
        return PayKeeper(self.pay, self.announcer, self._waiting, step)

    def _pay(self, instance_id: str) -> Pay:
        return Pay(
            self.writer,
            self.database,
            self.clock,
            self.outside.api,
            keys=self._loaded_keys,
            account=lambda: self.setup.account.id if self.setup.account else None,
            instance_id=instance_id,
            actor=person(),
            inactive_message=customer(GERMAN).link_inactive,
            demo=self.options.demo,
            this_pc=self.options.stripe_api_base is not None,
        )

    def _public_address(self, instance_id: str) -> PublicAddress:
        options = self.options
        endpoints = EndpointKeeper(
            self.writer, self.database, self.setup, self.clock, self.outside.api, instance_id
        )
        return PublicAddress(
            self.writer,
            self.database,
            self.announcer,
            self._waiting,
            self.setup,
            endpoints,
            GivenTunnel(
                options.tunnel, options.ngrok_authtoken, options.ngrok_domain, options.ngrok_path
            ),
            partial(Tunnel, self.outside.ngrok, self.clock, self._waiting),
            self._on_address,
            self.steps.step(StepName.ENDPOINT),
        )

    def _on_address(self, public_url: str | None) -> None:
        """The tunnel's thread says that the public address is another one, or gone."""
        self._public_url = public_url
        self.hosts.set_public(urlsplit(public_url).netloc if public_url else None)
        self.reception.address_changed()

    def _write_state_file(self, port: int | None) -> None:
        if port is not None and self.address is not None:
            self.address.moved(port)
        if port is None:
            remove_state_file(self.options.data_dir)
            return
        write_state_file(
            self.options.data_dir,
            pid=os.getpid(),
            port=port,
            path=WEBHOOK_PATH,
            public_url=self._public_url,
            started_at=to_text(self.clock.now()),
        )

    def _on_refusal(self) -> None:
        """The listener's thread says that a delivery was not authentic."""
        self.reception.changed()

    def _on_trouble(self, trouble: StoreTrouble | None) -> None:
        """The writer's thread says that commits fail, what of them was saved, or that they work."""
        self.reception.tell()
        if trouble is None:
            logger.info("The database can be written again")
            self.writer.submit_later(
                lambda t: t.notices.add_once_a_day(NoticeKind.DATABASE_TROUBLE)
            )
