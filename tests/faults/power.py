"""A disk that loses its power: recorded file operations, and what may be left after each.

What was synced is there. Of what was not, anything may be: nothing, all, or some of the writes in
any choice, one of them torn at a sector. Names (create, rename, remove) come in their order, and
surely only after a sync of their folder. Stricter than ext4, as POSIX allows.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

SECTOR = 512

Kind = Literal["create", "truncate", "write", "append", "sync", "rename", "unlink", "answer"]


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` is relative to the data folder ("" is the folder itself).

    `offset` is the place of a write, or the size after a truncate; `other` the new name of a
    rename, or for `answer` (a 200 on its way to Stripe) the port it goes to.
    """

    kind: Kind
    path: str
    offset: int = 0
    data: bytes = b""
    other: str = ""


@dataclass
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, bytes), or (size, None) for a truncate."""
    size: int = 0

    def settle(self) -> None:
        for change in self.pending:
            _apply(self.durable, *change)
        self.pending.clear()


def _apply(content: bytearray, place: int, data: bytes | None) -> None:
    if data is None:
        del content[place:]
        content.extend(bytes(place - len(content)))
        return
    content.extend(bytes(max(0, place - len(content))))
    content[place : place + len(data)] = data


class Disk:
    """Begins with the files of a folder, all of them durable."""

    def __init__(self, folder: Path | None = None) -> None:
        self._files: list[_File] = []
        self._names: dict[str, int] = {}
        self._durable_names: dict[str, int] = {}
        self._pending_names: list[tuple[str, int | None]] = []
        """(name, file), or (name, None) for a name that goes."""
        for path in sorted(folder.rglob("*")) if folder else []:
            if path.is_file():
                content = bytearray(path.read_bytes())
                self._names[path.relative_to(folder or path).as_posix()] = len(self._files)
                self._files.append(_File(content, [], len(content)))
        self._durable_names = dict(self._names)

    def do(self, operation: Operation) -> bool:
        """Carry it out; whether it made something durable."""
        kind, path = operation.kind, operation.path
        if kind == "create":
            if path not in self._names:
                self._name(path, len(self._files))
                self._files.append(_File())
            return False
        if kind == "sync" and path not in self._names:
            return self._sync_folder(path)
        if path not in self._names:  # its name is gone: nobody finds it after the cut
            return False
        file = self._files[self._names[path]]
        if kind == "truncate":
            file.pending.append((operation.offset, None))
            file.size = operation.offset
        elif kind in ("write", "append"):
            place = file.size if kind == "append" else operation.offset
            file.pending.append((place, operation.data))
            file.size = max(file.size, place + len(operation.data))
        elif kind == "sync":
            file.settle()
            return True
        elif kind == "rename":
            self._name(operation.other, self._names[path])
            self._name(path, None)
        elif kind == "unlink":
            self._name(path, None)
        return False

    def _name(self, name: str, file: int | None) -> None:
        self._pending_names.append((name, file))
        _set_name(self._names, name, file)

    def _sync_folder(self, folder: str) -> bool:
        later = []
        for name, file in self._pending_names:
            if PurePosixPath(name).parent == PurePosixPath(folder or "."):
                _set_name(self._durable_names, name, file)
            else:
                later.append((name, file))
        self._pending_names = later
        return True

    # --- after the cut -----------------------------------------------------------------------

    def dropped(self) -> dict[str, bytes]:
        """Only what was synced."""
        return {name: bytes(self._files[n].durable) for name, n in self._durable_names.items()}

    def torn(self, choose: random.Random) -> dict[str, bytes]:
        """Some of what was not synced, and one piece of a write."""
        names = dict(self._durable_names)
        for name, file in self._pending_names[: choose.randint(0, len(self._pending_names))]:
            _set_name(names, name, file)
        chance = choose.choice([0.1, 0.5, 0.9, 1.0])
        return {name: _torn(self._files[n], chance, choose) for name, n in names.items()}


def _set_name(names: dict[str, int], name: str, file: int | None) -> None:
    if file is None:
        names.pop(name, None)
    else:
        names[name] = file


def _torn(file: _File, chance: float, choose: random.Random) -> bytes:
    content = bytearray(file.durable)
    torn = choose.randrange(len(file.pending)) if file.pending else -1
    for number, (place, data) in enumerate(file.pending):
        if number == torn and data is not None:
            for start in range(0, len(data), SECTOR):  # sectors arrive in any order
                if choose.random() < 0.5:
                    _apply(content, place + start, data[start : start + SECTOR])
        elif choose.random() < chance:
            _apply(content, place, data)
    return bytes(content)


def write_image(image: dict[str, bytes], folder: Path) -> None:
    """The data folder as the next start finds it."""
    folder.mkdir(mode=0o700)
    for name, content in image.items():
        target = folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_bytes(content)
