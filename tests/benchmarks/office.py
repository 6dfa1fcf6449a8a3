"""An office's books of some size, made once a run of the benchmarks and shared by its parts."""

import os
import shutil
import sys
import time
from pathlib import Path

from tests.benchmarks.generator import fill_office, new_data_dir


def office(folder: Path, invoices: int) -> Path:
    """The data folder with these books, in `folder`. To be read only."""
    data = folder / f"office{invoices}"
    if not data.exists():
        began = time.monotonic()
        unfinished = data.with_suffix(".unfinished")
        fill_office(new_data_dir(unfinished), invoices)
        unfinished.rename(data)
        took = time.monotonic() - began
        print(f"  books with {invoices:,} invoices: {took:.0f} s", file=sys.stderr, flush=True)
    return data


def copied(source: Path, target: Path) -> Path:
    """A copy of a data folder that is on the disk when this returns: what the system still has
    to write would be waited for by the first sync of a benchmark. Backups are only linked.
    """
    backups = shutil.ignore_patterns("backups")
    shutil.copytree(source, target, ignore=backups)
    if (source / "backups").exists():
        shutil.copytree(source / "backups", target / "backups", copy_function=os.link)
    os.sync()
    return target
