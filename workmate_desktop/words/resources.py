"""Where the files of the program lie: nothing else asks a module for its place. No Qt.

resource_path("style.qss") -> Path
"""

from functools import cache
from pathlib import Path

import workmate_desktop

PACKAGE = Path(workmate_desktop.__file__).resolve().parent
"""The folder `workmate_desktop`: of a checkout, a wheel or an installer alike."""


@cache
def _root() -> Path:
    """`<package>/resources` in an installed wheel, `<checkout>/resources` otherwise."""
    for folder in (PACKAGE / "resources", PACKAGE.parent / "resources"):
        if (folder / "style.qss").is_file():
            return folder
    raise FileNotFoundError("The folder 'resources' is missing from the installation.")


def resource_path(name: str) -> Path:
    """The path of a resource such as `style.qss` or `fonts/WorkmateSans-Bold.ttf`.

    Raises FileNotFoundError when there is none: a broken installation.
    """
    path = _root() / name
    if not path.exists():
        raise FileNotFoundError(f"Resource {name!r} is missing from the installation.")
    return path
