"""`backup FILE` and `restore FILE`: Sichern and Wiederherstellen for servers. No Qt."""

import sys
from pathlib import Path

from workmate_desktop.app.data_dir import hold_data_dir
from workmate_desktop.app.options import Options
from workmate_desktop.domain.backups import BackupLook
from workmate_desktop.domain.clock import to_text
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.clock import SystemClock
from workmate_desktop.gateways.instance_lock import InstanceLock
from workmate_desktop.services.backups import Backups
from workmate_desktop.ui.shared.messages import error_sentence


def backup(options: Options) -> int:
    """A verified copy of the books, also while the program runs. Returns the exit code."""
    try:
        look = Backups(options.data_dir, SystemClock()).save_copy(Path(options.file))
    except UserError as error:
        return _refuse(error)
    _say(f"Backup verified: {options.file}\n{_contents(look)}")
    return 0


def restore(options: Options) -> int:
    """Say what a backup holds and what would be lost; with --yes put it in place of the books.

    Nothing else may run on the data folder. The old files are kept. Returns the exit code.
    """
    backups = Backups(options.data_dir, SystemClock())
    lock = InstanceLock(options.data_dir)
    try:
        if not hold_data_dir(options.data_dir, lock):
            raise UserError("already_running")
        backups.finish()  # one that was killed
        look = backups.look(Path(options.file))
        _say(f"{options.file}\n{_contents(look)}\n{_loss(look)}")
        if look.newer:
            raise UserError("database_newer")
        if not options.yes:
            backups.discard(look)
            _say("Nothing was changed. Run it again with --yes to put this backup in place.")
            return 1
        kept = backups.decide()
        backups.finish()
    except UserError as error:
        return _refuse(error)
    finally:
        lock.release()
    _say(f"Restored. The replaced files are kept in {kept}")
    return 0


def _contents(look: BackupLook) -> str:
    last = to_text(look.last_entry_at) if look.last_entry_at else "none"
    origin = "this installation" if look.ours else "ANOTHER INSTALLATION"
    return (
        f"  {look.invoices} invoices, {look.drafts} drafts, {look.payments} payments; "
        f"last entry {last}; of {origin}"
    )


def _loss(look: BackupLook) -> str:
    loss = look.loss
    if loss is None:
        return "  What would be lost cannot be said: there are no readable books here."
    if loss.nothing:
        return "  Nothing would be lost."
    return (
        f"  Would be lost: {loss.invoices} invoices {' '.join(loss.numbers)}, {loss.drafts} drafts,"
        f" {loss.manual_payments} payments entered by hand, {loss.stripe_payments} of Stripe"
        " (fetched again as far as Stripe still tells of them)"
    )


def _refuse(error: UserError) -> int:
    sys.stderr.write(" ".join(part for part in error_sentence(error) if part) + "\n")
    return 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
