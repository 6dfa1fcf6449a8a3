"""The data folder: made for its owner alone; the demo's is thrown away."""

import os
import shutil
from pathlib import Path

from workmate_desktop.app.options import Options


def make_data_dir(folder: Path) -> None:
    """The data folder, 0700. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix":
        folder.chmod(0o700)


def remove_demo_data(options: Options) -> None:
    """Demo data is thrown away at the end, and only demo data."""
    if options.demo:
        shutil.rmtree(options.data_dir, ignore_errors=True)
