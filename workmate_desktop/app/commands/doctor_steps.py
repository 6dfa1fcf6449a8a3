"""What `doctor` says of the steps of the background, as the program has kept how they stand.

Until when nothing can be missing is the position of the catch-up; but only the daily comparison
finds what no event told, so where that fails, payments can be missing.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from workmate_desktop.app.commands.doctor_lines import Finding, Mark, local_text
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.domain.stripe.keys import livemode_of
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.catch_up.position import cursor
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.store.opening.inspection import Inspection
from workmate_desktop.store.upkeep.steps import steps
from workmate_desktop.words.step_texts import consequence, step_name, trouble_words


def step_findings(folder: Path, state: Inspection, secret_key: str) -> Iterator[Finding]:
    """One line about the fetching, and one for each step that fails."""
    found = kept_steps(folder, state)
    yield _catch_up(folder, state, secret_key, found.get(StepName.COMPARISON, StepState()))
    for name, step in found.items():
        if step.failing:
            yield _failing(name, step)


def kept_steps(folder: Path, state: Inspection) -> Mapping[StepName, StepState]:
    """How the steps stood last; nothing where the books cannot be read."""
    if state.trouble is not None or not state.exists:
        return {}
    database = Database(folder / FILE_NAME, Threads())
    try:
        with database.reader() as connection:
            return steps(connection)
    finally:
        database.close()


def _failing(name: StepName, step: StepState) -> Finding:
    """One accident is worth a line, but no alarm."""
    since = f"seit {local_text(step.failing_since)}" if step.failing_since else "zuletzt"
    why = trouble_words(step.trouble, step.right).line
    words = (f"{step_name(name)}: fehlgeschlagen {since}.", consequence(name), why)
    mark = Mark.WRONG if step.disturbed else Mark.NOTE
    return Finding(mark, "Aufgabe", " ".join(part for part in words if part))


def _catch_up(folder: Path, state: Inspection, secret_key: str, comparison: StepState) -> Finding:
    """Until when nothing can be missing: the position that the program has saved."""
    if not secret_key:
        return Finding(Mark.NOTE, "Abruf", "kein Secret Key: Von Stripe lässt sich nichts holen")
    if state.trouble is not None or not state.exists:
        return Finding(Mark.NOTE, "Abruf", "ohne die Datenbank unbekannt")
    database = Database(folder / FILE_NAME, Threads())
    try:
        with database.reader() as connection:
            found = cursor(connection, livemode=livemode_of(secret_key) is True)
    finally:
        database.close()
    if found is None or found.covered_until is None:
        return Finding(
            Mark.WRONG,
            "Abruf",
            "noch nie gelungen: Zahlungen können fehlen. Netz und Schlüssel prüfen",
        )
    asked = local_text(datetime.fromtimestamp(found.covered_until, UTC))
    if comparison.failing:
        words = "Alle Ereignisse von davor sind da, der tägliche Abgleich aber ist unvollständig"
        return Finding(Mark.NOTE, "Abruf", f"zuletzt {asked}: {words}")
    return Finding(Mark.GOOD, "Abruf", f"zuletzt {asked}: Von davor kann nichts fehlen")
