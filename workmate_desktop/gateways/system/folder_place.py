"""Where the data folder lies: SQLite's locks and syncs hold on a disk of this PC alone.

On a network share two PCs may both believe that they hold the lock; a sync folder copies the
database while it is written. https://www.sqlite.org/howtocorrupt.html (1.2, 2.1)
"""

import sys
from enum import StrEnum
from pathlib import Path

_NETWORK_FILE_SYSTEMS = frozenset(
    "9p afs afpfs ceph cifs davfs fuse.davfs fuse.davfs2 fuse.glusterfs fuse.rclone fuse.sshfs "
    "glusterfs ncpfs nfs nfs4 smb3 smbfs".split()
)
_SYNC_FOLDERS = (
    "dropbox",
    "google drive",
    "googledrive",
    "iclouddrive",
    "mobile documents",  # iCloud on macOS
    "magentacloud",
    "nextcloud",
    "onedrive",
    "owncloud",
    "pclouddrive",
    "seafile",
    "synologydrive",
)
_SYNC_MARKS = (".dropbox", ".stfolder", ".owncloudsync.log", ".nextcloudsync.log")
_DRIVE_REMOTE = 4
"""https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew"""


class FolderPlace(StrEnum):
    """What a folder lies on."""

    LOCAL = "local"
    NETWORK = "network"
    SYNC = "sync"


def place_of(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> FolderPlace:
    """Judged by file system, drive and names; what cannot be told counts as LOCAL.

    `mounts` lists the mounted file systems as Linux does; other systems have no such file.
    """
    folder = folder.absolute()
    if _is_network(folder, mounts):
        return FolderPlace.NETWORK
    return FolderPlace.SYNC if _is_synced(folder) else FolderPlace.LOCAL


def _is_synced(folder: Path) -> bool:
    named = any(part.casefold().startswith(_SYNC_FOLDERS) for part in folder.parts)
    return named or any((above / mark).exists() for above in folder.parents for mark in _SYNC_MARKS)


def _is_network(folder: Path, mounts: Path) -> bool:
    if sys.platform == "win32":
        import ctypes

        drive = folder.anchor
        return drive.startswith("\\\\") or (
            ctypes.windll.kernel32.GetDriveTypeW(drive) == _DRIVE_REMOTE
        )
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False  # macOS: nothing of the kind
    return _file_system(folder, lines) in _NETWORK_FILE_SYSTEMS


def _file_system(folder: Path, lines: list[str]) -> str:
    """The type of the innermost mount above `folder`.

    https://www.kernel.org/doc/html/latest/filesystems/proc.html (3.5, mountinfo)
    """
    best, found = -1, ""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = fields[4].replace("\\040", " ")
        inside = folder == Path(point) or Path(point) in folder.parents
        if inside and len(point) >= best:
            best, found = len(point), after.split()[0]
    return found
