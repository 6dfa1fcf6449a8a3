"""The production checklist as `doctor` sees it: from the books and the state file alone.

The same service and the same German words as in the window. What only the running program knows
(how the endpoint at Stripe is, the clock, a self-test) is not known here, and says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workmate_desktop.app.commands.doctor_lines import Finding, Mark
from workmate_desktop.app.commands.doctor_steps import kept_steps
from workmate_desktop.domain.connection.tunnel import TunnelState, TunnelStatus
from workmate_desktop.domain.reception.checklist import PointState
from workmate_desktop.domain.reception.evidence import Evidence
from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.services.reception.checklist import checklist
from workmate_desktop.services.reception.checklist_facts import ChecklistFacts
from workmate_desktop.services.reception.reception import ReceptionState, ReceptionStatus
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.store.events.evidence import evidence
from workmate_desktop.store.opening.inspection import Inspection
from workmate_desktop.words.checklist_texts import evidence_words, title

_MARKS = {
    PointState.DONE: Mark.GOOD,
    PointState.OPEN: Mark.OPEN,
    PointState.WRONG: Mark.WRONG,
    PointState.UNKNOWN: Mark.NOTE,
    PointState.NOT_NEEDED: Mark.NOTE,
}


@dataclass(frozen=True, slots=True)
class FoundKeys:
    """The keys as the program would find them. `trouble`: the stored ones cannot be read."""

    keys: StripeKeys
    trouble: str | None = None
    account: AccountInfo | None = None


def checklist_findings(
    folder: Path, state: Inspection, found: FoundKeys, port: int | None, public_url: str | None
) -> Iterator[Finding]:
    """One line for each point. `port` is that of our running listener, None when there is none.

    In live mode every point is needed for all to be well; with test keys somebody is still
    setting things up, and only what is broken counts.
    """
    clock = SystemClock()
    now = clock.now()
    facts = ChecklistFacts(
        now,
        found.keys,
        _reception(found.keys, port, public_url),
        _evidence(folder, state, found.keys, clock),
        keys_trouble=found.trouble,
        account=found.account,
        steps=kept_steps(folder, state),
        outside=True,
        running=port is not None,
    )
    live = found.keys.livemode is True
    for point in checklist(facts):
        words = evidence_words(point, clock.local(now), clock.local)
        yield Finding(
            _MARKS[point.state], title(point), words, needed=live and point.state is PointState.OPEN
        )


def _reception(keys: StripeKeys, port: int | None, public_url: str | None) -> ReceptionState:
    """What the state file tells of it."""
    tunnel = TunnelState(
        TunnelStatus.ONLINE if public_url else TunnelStatus.OFF, public_url=public_url
    )
    return ReceptionState(
        ReceptionStatus.READY if port is not None and keys.can_receive else ReceptionStatus.OFF,
        port=port,
        public_url=public_url,
        polling=port is not None and bool(keys.secret) and public_url is None,
        address=AddressState(tunnel),
    )


def _evidence(folder: Path, state: Inspection, keys: StripeKeys, clock: SystemClock) -> Evidence:
    mode = keys.livemode
    if state.trouble is not None or not state.exists or mode is None:
        return Evidence()
    database = Database(folder / FILE_NAME, Threads())
    try:
        with database.reader() as connection:
            return evidence(connection, livemode=mode, now=clock.now())
    finally:
        database.close()
