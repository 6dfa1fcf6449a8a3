"""What the window remembers between runs: a small JSON file in the data folder."""

import json
import logging
import os
from pathlib import Path
from typing import Any

logger = logging.getLogger("workmate.window")

FILE = "window.json"


class WindowMemory:
    """Reads and writes plain JSON values. A file that is unfit counts as none; `was_unfit` tells
    so after `load`.
    """

    def __init__(self, data_dir: Path) -> None:
        self.was_unfit = False
        self._path = data_dir / FILE

    def load(self) -> dict[str, Any]:
        """What was saved; {} when there is nothing fit."""
        try:
            found = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            return found
        self.was_unfit = True
        logger.warning("The window's settings were unfit; the window starts as at first")
        return {}

    def save(self, state: dict[str, Any]) -> None:
        """Keep `state`. A full disk costs the window's size, nothing else: logged."""
        unfinished = self._path.with_suffix(".unfinished")
        try:
            handle = os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(state, file)
            unfinished.replace(self._path)
        except OSError as error:
            logger.warning("The window's settings could not be kept: %s", error.strerror)
