"""One life: steps invented by its seed, lived in a world of their own, and what was wrong in it."""

import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.money_office import Step
from tests.simulator import customers, faults, staff
from tests.simulator.baton import Stuck
from tests.simulator.customers import Customers
from tests.simulator.faults import Faults
from tests.simulator.staff import Staff
from tests.simulator.watch import Watch
from tests.simulator.world import World, quick_folder, world_of
from workmate_desktop.store.common.settings import INSTANCE_ID, setting

ACTS = 22
"""Of one life; each brings about ten steps of the program along."""
_WAITS = (0.0, 0.0, 0.05, 0.5, 3.0, 3.0, 20.0, 70.0, 200.0)


@dataclass
class Story:
    """A life that was lived."""

    seed: int
    acts: list[Step]
    lines: list[str] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        head = f"life {self.seed}, {len(self.acts)} acts, {sum(self.steps.values())} steps"
        return "\n".join([head, *self.lines, *(f"WRONG: {one}" for one in self.wrong)])


def invented(seed: int, count: int = ACTS, only: Sequence[str] = ()) -> list[Step]:
    """The acts of a life: what staff and customers do, and what goes wrong. `only`: of these
    kinds, such as "Stripe paid"; the first two invoices are issued all the same.
    """
    chance = random.Random(f"{seed} acts")
    if only:
        kinds = ["staff issue"] * 2 + chance.choices(only, k=max(0, count - 2))
        return [Step(kind, chance.randrange(2**32)) for kind in kinds]
    made = []
    for number in range(count):
        kind = chance.choices(["staff", "Stripe", "fault"], [35, 45, 20])[0]
        if number < 2:
            kind = "staff"
        often = {"staff": staff.OFTEN, "Stripe": customers.OFTEN, "fault": faults.OFTEN}[kind]
        what = chance.choices(list(often), list(often.values()))[0]
        made.append(Step(f"{kind} {what}", chance.randrange(2**32)))
    for place in chance.sample(range(3, count), min(3, max(0, count - 3))):  # at least three faults
        what = chance.choices(list(faults.OFTEN), list(faults.OFTEN.values()))[0]
        made[place] = Step(f"fault {what}", chance.randrange(2**32))
    return made


def live(seed: int, acts: list[Step]) -> Story:
    """Live it, up to what is wrong or to its end."""
    story = Story(seed, acts)
    with (
        tempfile.TemporaryDirectory(dir=quick_folder()) as folder,
        world_of(seed, Path(folder)) as world,
    ):
        life = _Life(world)
        try:
            life.live(acts)
        except Stuck as stuck:
            world.find(f"everything stands still: {stuck}")
        story.lines, story.wrong, story.faults = world.lines, world.wrong, world.faults
        story.steps = life.counted()
    return story


class _Life:
    def __init__(self, world: World) -> None:
        self.world = world
        self.staff = Staff(world)
        self.customers = Customers(world, self.staff)
        self.faults = Faults(world, self.staff, self.customers)
        self.watch = Watch(world, self.staff, self.customers)

    def live(self, acts: list[Step]) -> None:
        world = self.world
        world.first_start()
        core = world.process.core
        if world.wrong or core is None:
            return
        with core.database.reader() as connection:
            self.customers.instance = setting(connection, INSTANCE_ID) or ""
        self.staff.arrive()
        for act in acts:
            self._one(act)
            self.watch.look()
            if world.wrong:
                return
        self._end()
        if not world.wrong:
            self.watch.look_at_the_end()

    def _one(self, act: Step) -> None:
        who, _, what = act.what.partition(" ")
        step = Step(what, act.seed)
        if who == "staff":
            self.staff.do(step)
        elif who == "Stripe":
            self.customers.do(step)
        else:
            self.faults.do(step)
        self.world.pass_time(random.Random(act.seed).choice(_WAITS))

    def _end(self) -> None:
        """Nothing is wrong any more, and a day passes: now everything must come right."""
        world = self.world
        world.tell("everything is well from now on")
        self.faults.all_over()
        world.pass_time(30.0)
        for page in self.customers.settling:
            page.settle(paid=True)
        self.customers.settling.clear()
        if world.process.ready:
            world.join(world.in_process(self._ask_all, "staff"))
        world.pass_time(60.0)
        world.pc.true.slept += 26 * 3600
        if not world.wait_for(lambda: world.process.ready, 100):
            world.find("the program does not work")
            return
        core = world.process.core
        if core is not None and core.setup.trouble is not None:
            # The keyring was locked at the start: its user unlocks it and starts anew.
            world.stop_and_start()
            world.wait_for(lambda: world.process.ready, 100)
        world.join(world.in_process(self._ask_all, "staff"))
        world.pass_time(700.0)
        core = world.process.core
        assert core is not None and core.catch_up is not None
        last = core.catch_up.state.last
        if last is None or not last.complete:
            world.find(f"the catch-up does not come to its end: {last}")
        if core.address is None or not core.address.state.delivers:
            world.find(f"Stripe does not reach the program: {core.address and core.address.state}")
        for name, state in sorted(core.steps.states().items()):
            if state.trouble is not None:
                world.find(f"the background does not come to its end: {name} {state}")

    def _ask_all(self) -> None:
        core = self.world.process.core
        assert core is not None and core.catch_up is not None
        core.catch_up.request()

    def counted(self) -> Counter[str]:
        """The steps of this life by kind."""
        world = self.world
        return Counter(
            {
                "deliveries": sum(self.watch.answers.values()),
                "commits": world.disk.commits,
                "timers": world.baton.alarms,
                "calls of Stripe's API": world.stripe.calls,
                "faults": sum(world.faults.values())
                + sum(world.disk.hit.values())
                + sum(world.stripe.hit.values()),
            }
        )
