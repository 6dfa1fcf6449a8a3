"""Start here: gui (default), serve, doctor."""

import os
import sys
from typing import NoReturn

from workmate_desktop.app.options import read_options


def main() -> int:
    """Read the command line and become what it asks for. Returns the exit code."""
    os.umask(0o077)  # every file of this program is its owner's alone
    options = read_options(sys.argv[1:], os.environ)
    # Imported when needed: `serve` never imports Qt, the window imports little before it shows.
    if options.command == "serve":
        from workmate_desktop.app.commands.serve import serve

        return serve(options)
    if options.command == "doctor":
        from workmate_desktop.app.commands.doctor import doctor

        return doctor(options)
    if options.command in ("backup", "restore"):
        from workmate_desktop.app.commands import backup_commands

        if options.command == "backup":
            return backup_commands.backup(options)
        return backup_commands.restore(options)
    from workmate_desktop.app.window.run import run_window

    return run_window(options)


def run() -> NoReturn:
    """The program from its first to its last step."""
    code = main()
    from workmate_desktop.app.ending import end_process

    end_process(code)


if __name__ == "__main__":
    run()
