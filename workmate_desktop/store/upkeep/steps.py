"""How the steps of the background stand, kept in the settings: `doctor` reads it from there."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.store.common.settings import SettingVerbs
from workmate_desktop.store.common.tables import settings
from workmate_desktop.store.common.values import from_json
from workmate_desktop.store.database.unit import Unit

_KEYS = {f"step.{name.value}": name for name in StepName}


def save_step(unit: Unit, name: StepName, state: StepState) -> None:
    """Keep how this step stands."""
    times = ("done_at", "failing_since", "next_at")
    moments = {key: getattr(state, key) for key in times}
    values: dict[str, object] = {key: to_text(at) for key, at in moments.items() if at is not None}
    values["failures"] = state.failures
    if state.trouble is not None:
        values["trouble"] = state.trouble
    if state.right is not None:
        values["right"] = state.right
    SettingVerbs(unit).set(f"step.{name.value}", json.dumps(values))


def steps(connection: Connection) -> dict[StepName, StepState]:
    """How each step stood last; one that was never kept, or tampered with, is as new."""
    query = select(settings.c.key, settings.c.value).where(settings.c.key.in_(_KEYS))
    kept = {row.key: row.value for row in connection.execute(query)}
    return {name: _state(from_json(kept.get(key))) for key, name in _KEYS.items()}


def _state(values: Mapping[str, object]) -> StepState:
    failures = values.get("failures")
    return StepState(
        done_at=_moment(values.get("done_at")),
        failing_since=_moment(values.get("failing_since")),
        failures=failures if type(failures) is int and failures > 0 else 0,
        next_at=_moment(values.get("next_at")),
        trouble=_text(values.get("trouble")),
        right=_text(values.get("right")),
    )


def _moment(value: object) -> datetime | None:
    try:
        return from_text(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
