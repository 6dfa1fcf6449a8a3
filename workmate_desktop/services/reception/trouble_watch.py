"""Looks for troubles whenever something about the Empfang changes; each one makes one notice.

The notice is answered by itself when the trouble is over. What is a trouble: troubles.py.
"""

import logging
from collections.abc import Callable, Sequence

from workmate_desktop.domain.changes import Change, ReceptionChanged
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.connection.tunnel import TunnelStatus
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.reception.self_test import SelfTestResult
from workmate_desktop.domain.reception.troubles import Trouble, TroubleKind
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.services.reception.troubles import (
    STOP_DELIVERY,
    MissedDeliveries,
    TroubleFacts,
    over,
    recognise,
)
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.trouble")

_ONCE_A_DAY = frozenset({TroubleKind.STRANGERS_REFUSED})
"""Come and go without anybody doing anything: told, never answered by themselves."""


class TroubleWatch:
    """`active` may be read by any thread. The callables are asked often and must be quick."""

    def __init__(
        self,
        writer: Writer,
        announcer: Announcer,
        clock: Clock,
        waiting: Waiting,
        receive: Receive,
        catch_up: Callable[[], CatchUpState | None],
        address: Callable[[], AddressState | None],
        self_test: Callable[[], SelfTestResult | None],
    ) -> None:
        self._writer = writer
        self._announcer = announcer
        self._clock = clock
        self._receive = receive
        self._catch_up = catch_up
        self._address = address
        self._self_test = self_test
        self._missed = MissedDeliveries()
        self._lock = waiting.lock()
        self._shown: tuple[Trouble, ...] = ()
        self._begun: set[TroubleKind] = set()
        self._ended: set[TroubleKind] = set()

    @property
    def active(self) -> tuple[Trouble, ...]:
        """The troubles of this moment."""
        return recognise(self._facts())

    @property
    def delivers(self) -> bool:
        """Stripe posts to this program: tunnel and endpoint are in order, and it arrives."""
        address = self._address()
        return (
            address is not None
            and address.delivers
            and not any(trouble.kind in STOP_DELIVERY for trouble in self.active)
        )

    def start(self) -> None:
        """Look from now on."""
        self._announcer.listen(self._on_changes)

    def stop(self) -> None:
        """Look no more. Twice is fine."""
        self._announcer.forget(self._on_changes)

    def _on_changes(self, changes: Sequence[Change]) -> None:
        if any(isinstance(change, ReceptionChanged) for change in changes):
            self._look()

    def _look(self) -> None:
        with self._lock:
            self._note_missed()
            facts = self._facts()
            active = recognise(facts)
            news = active != self._shown
            self._shown = active
            self._tell(active, over(facts))
        if news:
            self._announcer.announce([ReceptionChanged()])

    def _tell(self, active: tuple[Trouble, ...], ended: frozenset[TroubleKind]) -> None:
        """Begin and answer notices. The sets keep the writer out of it while nothing changes."""
        for trouble in active:
            if trouble.kind not in self._begun:
                self._begun.add(trouble.kind)
                self._ended.discard(trouble.kind)
                self._begin(trouble)
        self._begun &= {trouble.kind for trouble in active}
        for kind in ended - self._ended:
            self._ended.add(kind)
            self._end(NoticeKind(kind.value))

    def _begin(self, trouble: Trouble) -> None:
        logger.warning("[Stripe] Trouble: %s", trouble.kind.value)
        kind = NoticeKind(trouble.kind.value)
        if trouble.kind in _ONCE_A_DAY:
            self._writer.submit_later(lambda t: t.notices.add_once_a_day(kind))
        elif trouble.minutes is None:
            self._writer.submit_later(lambda t: t.notices.begin(kind))
        else:
            self._writer.submit_later(lambda t: t.notices.begin(kind, minutes=trouble.minutes))

    def _end(self, kind: NoticeKind) -> None:
        self._writer.submit_later(lambda t: t.notices.end(kind))

    def _note_missed(self) -> None:
        catch_up, address = self._catch_up(), self._address()
        if catch_up is not None and address is not None:
            self._missed.note(
                catch_up.last,
                catch_up.completed_at,
                delivers=address.delivers,
                authentic=self._receive.refusals.authentic,
            )

    def _facts(self) -> TroubleFacts:
        refusals, catch_up, address = self._receive.refusals, self._catch_up(), self._address()
        endpoint = address.endpoint if address else None
        self_test = self._self_test()
        online = address is not None and address.tunnel.status is TunnelStatus.ONLINE
        offset = self._clock.stripe_now() - self._clock.now().timestamp()
        return TroubleFacts(
            wrong_in_a_row=refusals.in_a_row,
            out_of_time_in_a_row=refusals.out_of_time_in_a_row,
            authentic=refusals.authentic,
            clock_offset=offset,
            clock_measured=catch_up is not None and catch_up.completed_at is not None,
            missed_runs=self._missed.runs,
            answer_seconds=self._receive.last_answers,
            endpoint_enabled=endpoint.enabled if endpoint else None,
            tunnel_online=online,
            quota_refused=(address is not None and address.tunnel.code == "tunnel_quota")
            or (self_test is not None and self_test.trouble == "self_test_quota"),
        )
