"""Two kinds of errors: those staff can mend, and bugs.

A `UserError` carries a code and values; words/messages.py has the German sentence and the
one action for each code. A `Bug` is logged with its trace and shown as such.
"""


class UserError(Exception):
    """Staff can mend this. `code` names the sentence; `values` fill its blanks."""

    def __init__(self, code: str, **values: str | int | None) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class Bug(Exception):
    """The program itself is at fault: a rule was broken that no user can break."""
