"""The data folder: made for its owner alone, held by one program; the demo's is thrown away."""

import errno
import os
import shutil
from pathlib import Path

from workmate_desktop.app.options import Options
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.instance_lock import InstanceLock

_TROUBLES = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EROFS: "database_read_only",
    errno.EACCES: "database_read_only",
    errno.EPERM: "database_read_only",
}


def hold_data_dir(folder: Path, lock: InstanceLock) -> bool:
    """Make the folder (0700) and take its lock. False: another program holds it.

    Raises UserError disk_full, database_read_only or data_dir_unusable.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
        return lock.acquire()
    except OSError as error:
        code = _TROUBLES.get(error.errno or 0, "data_dir_unusable")
        raise UserError(code, why=error.strerror) from error


def remove_demo_data(options: Options) -> None:
    """Demo data is thrown away at the end, and only demo data."""
    if options.demo:
        shutil.rmtree(options.data_dir, ignore_errors=True)
