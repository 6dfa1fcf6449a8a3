"""Real threads of which exactly one runs: the one with the baton (waits.py: what they wait for).

Whoever waits hands it on to another that may go on; the seed says to whom. Time passes only while
nobody may go on: then it jumps to the next deadline. Nobody, and no deadline: a deadlock, and it
is told with everyone's stack. The threads of one process of the program are ended together.
"""

import heapq
import itertools
import random
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable

ZERO = 10_000.0
"""The time at which everything begins, in seconds."""
_ENDLESS = 200_000
"""So often the baton goes round without any time passing: somebody waits for nothing in a loop."""
_TURN_PER_MILLE = 150
"""How often who need not wait hands the baton on all the same."""


class Killed(BaseException):
    """Raised in a thread whose process is dead, wherever it waits."""


class Stuck(Exception):
    """Nobody can go on. The text has the stack of everyone."""


class Party:
    """One thread. `process` is what it dies with; None lives as long as the world."""

    def __init__(self, name: str, process: object) -> None:
        self.name = name
        self.process = process
        self.gate = threading.Lock()
        self.gate.acquire()
        self.turn = 0
        self.waits = False
        self.woken = False
        self.killed = False
        self.done = False
        self.watchers: deque[Party] = deque()
        self.thread: threading.Thread | None = None
        self.ident: int | None = None


class Baton:
    """What all threads of one simulated world share. The thread that makes it has the baton."""

    def __init__(self, chance: random.Random) -> None:
        self.now = ZERO
        self.turns = 0
        """How often the baton was handed on."""
        self.alarms = 0
        """How often somebody's time was up."""
        self.at_turn: Callable[[Party], Party | None] | None = None
        """Asked at every turn who must go on next: None leaves it to chance."""
        self.died: list[str] = []
        """What ended a thread of the program that nobody had killed."""
        self._chance = chance
        self._ready: list[Party] = []
        self._alarms: list[tuple[float, int, Party, int]] = []
        self._numbers = itertools.count()
        self._idle_turns = 0
        self._reaper: Party | None = None
        self._all: dict[Party, None] = {}
        self.problem: str | None = None
        """Why everything came to a standstill, until the world is told."""
        self.world = self.me = Party("world", None)
        self.world.ident = threading.get_ident()
        self._all[self.world] = None

    # --- handing on ------------------------------------------------------------------------

    def pause(self) -> None:
        """Somebody else may go on now."""
        me = self.me
        if me.killed:
            raise Killed
        self._ready.append(me)
        self._hand_on(me)

    def perhaps(self) -> None:
        """Now and then somebody else goes on."""
        if self._ready and self._chance.randrange(1000) < _TURN_PER_MILLE:
            self.pause()
        elif self.me.killed:
            raise Killed

    def block(self, seconds: float | None) -> bool:
        """Wait for `wake`, so long at most. Whether it came. Raises Killed."""
        me = self.me
        if me.killed:
            raise Killed
        me.turn += 1
        me.waits, me.woken = True, False
        if seconds is not None:
            at = self.now + max(0.0, seconds)
            heapq.heappush(self._alarms, (at, next(self._numbers), me, me.turn))
        self._hand_on(me)
        return me.woken

    def wake(self, party: Party) -> None:
        """Let one that waits go on, some time. Nothing if it waits no more."""
        if party.waits:
            party.waits, party.woken = False, True
            self._ready.append(party)

    def _hand_on(self, me: Party) -> None:
        following = self._next(me)
        if following is not me:
            self.me = following
            following.gate.release()
            me.gate.acquire()
        if me.killed:
            raise Killed
        if self.problem is not None and me is self.world:
            problem, self.problem = self.problem, None
            raise Stuck(problem)

    def _next(self, me: Party) -> Party:
        self.turns += 1
        if self.at_turn is not None:
            forced = self.at_turn(me)
            if forced is not None:
                if forced in self._ready:
                    self._ready.remove(forced)
                    return forced
                if forced.waits:
                    forced.waits = False
                    return forced
        if not self._ready:
            self._pass_time()
        self._idle_turns += 1
        if self._idle_turns > _ENDLESS:
            self._stuck("no time passes any more")
        ready = self._ready
        place = self._chance.randrange(len(ready)) if len(ready) > 1 else 0
        ready[place], ready[-1] = ready[-1], ready[place]
        return ready.pop()

    def _pass_time(self) -> None:
        alarms = self._alarms
        while alarms and not self._ready:
            at, _, party, turn = heapq.heappop(alarms)
            if party.waits and party.turn == turn:
                if at > self.now:
                    self.now, self._idle_turns = at, 0
                party.waits = False
                self._ready.append(party)
                self.alarms += 1
                while alarms and alarms[0][0] <= self.now:  # those of the same moment
                    _, _, other, turn = heapq.heappop(alarms)
                    if other.waits and other.turn == turn:
                        other.waits = False
                        self._ready.append(other)
                        self.alarms += 1
        if not self._ready:
            self._stuck("everyone waits for someone")

    def _stuck(self, why: str) -> None:
        """Raised where the world is told of it: in its first thread."""
        self.problem = f"{why}\n{self.stacks()}"
        self._idle_turns = 0
        self.world.waits = False
        self._ready = [self.world]

    def stacks(self) -> str:
        """Where everyone stands."""
        frames = sys._current_frames()
        told = []
        for party in self._all:
            frame = frames.get(party.ident or 0)
            lines = traceback.format_stack(frame) if frame else ["  not begun\n"]
            own = [
                one for one in lines if "simulator/baton.py" not in one and "threading" not in one
            ]
            told.append(f"{party.name}:\n{''.join(own[-4:])}")
        return "".join(told)

    # --- processes -------------------------------------------------------------------------

    def begin(self, work: Callable[[], object], name: str, process: object) -> Party:
        """A new thread, which may go on from now; see waits.SimWorker."""
        party = Party(name, process)
        party.thread = threading.Thread(
            target=self._live, args=(party, work), name=name, daemon=True
        )
        self._all[party] = None
        party.thread.start()
        party.ident = party.thread.ident
        self._ready.append(party)
        return party

    def _live(self, party: Party, work: Callable[[], None]) -> None:
        party.gate.acquire()
        try:
            if not party.killed:
                work()
        except Killed:
            pass
        except BaseException:  # noqa: BLE001 - told as a finding; the world goes on
            if not party.killed:
                self.died.append(f"{party.name}: {traceback.format_exc()}")
        party.done = True
        del self._all[party]
        for watcher in party.watchers:
            self.wake(watcher)
        following = self._reaper if party.killed else self._next(party)
        assert following is not None
        self.me = following
        following.gate.release()

    def kill(self, process: object) -> None:
        """End all threads of a process, one by one: each raises Killed where it waits."""
        me = self.me
        doomed = [one for one in self._all if one.process is process and one is not me]
        for one in doomed:
            one.killed = True
            one.waits = False
        self._ready = [one for one in self._ready if not one.killed]
        self._reaper = me
        for one in doomed:
            self.me = one
            one.gate.release()
            me.gate.acquire()
            assert one.thread is not None
            one.thread.join()
        self._reaper = None

    def alive(self, process: object) -> list[str]:
        """The names of its threads."""
        return [one.name for one in self._all if one.process is process]
