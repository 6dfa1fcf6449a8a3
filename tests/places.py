"""Where the checkout, the tests and the program lie, for tests that read files or start them."""

from pathlib import Path

import workmate_desktop

TESTS = Path(__file__).resolve().parent
CHECKOUT = TESTS.parent
PACKAGE = Path(workmate_desktop.__file__).resolve().parent
