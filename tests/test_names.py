"""One meaning per name: a class that everybody may use is called as no other one is."""

import re
from collections import defaultdict

from tests.places import PACKAGE

EVERY_TABLE_HAS_ONE = {"Column"}


def test_no_two_public_classes_share_a_name() -> None:
    files = defaultdict(list)
    for path in PACKAGE.rglob("*.py"):
        for name in re.findall(r"^class ([A-Z]\w*)", path.read_text("utf-8"), re.MULTILINE):
            files[name].append(path.relative_to(PACKAGE).as_posix())
    assert len(files) > 300
    twice = {name: where for name, where in files.items() if len(where) > 1}
    assert twice.keys() <= EVERY_TABLE_HAS_ONE, twice
