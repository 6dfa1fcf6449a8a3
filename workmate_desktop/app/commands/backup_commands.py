"""`backup FILE` and `restore FILE`: Sichern and Wiederherstellen for servers. No Qt."""

import sys
from pathlib import Path

from workmate_desktop.app.data_dir import hold_data_dir
from workmate_desktop.app.options import Options
from workmate_desktop.domain.backups import BackupLook
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.gateways.system.instance_lock import InstanceLock
from workmate_desktop.services.upkeep.backups import Backups
from workmate_desktop.words.messages import error_sentence
from workmate_desktop.words.schema_words import differences_words


def backup(options: Options) -> int:
    """A verified copy of the books, also while the program runs. Returns the exit code."""
    try:
        look = Backups(options.data_dir, SystemClock()).save_copy(Path(options.file))
    except UserError as error:
        return _refuse(error)
    _say(f"Gesichert und geprüft: {options.file}\n{_contents(look)}")
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
        _say(f"{options.file}\n{_contents(look)}\n{_loss(look)}\n{_number(look)}")
        if look.differences:
            _say(
                f"  Von außen verändert: {differences_words(look.differences)}. Beim Einspielen "
                "wird das in Ordnung gebracht, und alle Rechnungen werden nachgerechnet."
            )
        if look.newer:
            backups.discard(look)
            raise UserError("database_newer")
        if not options.yes:
            backups.discard(look)
            _say("Nichts wurde geändert. Mit --yes noch einmal aufrufen, um sie einzusetzen.")
            return 1
        kept = backups.decide()
        backups.finish()
    except UserError as error:
        return _refuse(error)
    finally:
        lock.release()
    _say(f"Wiederhergestellt. Die ersetzten Dateien liegen in {kept}")
    return 0


def _contents(look: BackupLook) -> str:
    local = SystemClock().local
    last = f"{local(look.last_entry_at):%d.%m.%Y, %H:%M}" if look.last_entry_at else "noch keiner"
    origin = "dieser Installation" if look.ours else "EINER ANDEREN INSTALLATION"
    return (
        f"  Rechnungen: {look.invoices}, Entwürfe: {look.drafts}, Zahlungen: {look.payments}; "
        f"letzter Eintrag: {last}; von {origin}"
    )


def _loss(look: BackupLook) -> str:
    loss = look.loss
    if loss is None:
        return "  Was fehlen würde, lässt sich nicht sagen: Hier sind keine lesbaren Daten."
    if loss.nothing:
        return "  Danach würde nichts fehlen."
    return (
        f"  Danach würden fehlen: Rechnungen: {loss.invoices} {' '.join(loss.numbers)}, "
        f"Entwürfe: {loss.drafts}, Zahlungen von Hand: {loss.manual_payments}, "
        f"über Stripe: {loss.stripe_payments}, Erstattungen oder Rückbuchungen: {loss.reversals} "
        "(was über Stripe lief, wird wieder geholt, soweit Stripe es noch meldet)"
    )


def _number(look: BackupLook) -> str:
    number = f"  Die nächste Rechnung bekäme {look.next_number or 'die erste Nummer'}."
    if look.numbers_known:
        return number
    return f"{number} Wurde diese Nummer schon vergeben? Dann im Fenster unter Nummern ändern."


def _refuse(error: UserError) -> int:
    sys.stderr.write(error_sentence(error).line + "\n")
    return 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
