"""German for troubles of the database and of backups: what happened, and what mends it."""

from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("messages", text)


def database_words() -> dict[str, tuple[str, str]]:
    """Code → (sentence, action)."""
    backup = _tr("Eine Sicherung einsetzen oder den Support fragen.")
    return {
        "database_busy": (
            _tr("Die Datenbank ist gerade belegt; nichts wurde gespeichert."),
            _tr("Bitte gleich noch einmal versuchen."),
        ),
        "disk_full": (
            _tr("Der Datenträger ist voll; nichts wurde gespeichert."),
            _tr("Platz schaffen, dann noch einmal versuchen."),
        ),
        "database_read_only": (
            _tr("Die Datenbank lässt sich nicht beschreiben; nichts wurde gespeichert."),
            _tr("Die Rechte am Datenordner prüfen."),
        ),
        "database_damaged": (_tr("Die Datenbank ist beschädigt."), backup),
        "database_unreadable": (
            _tr("Die Datenbank lässt sich nicht lesen."),
            _tr("Datenträger und Rechte am Datenordner prüfen."),
        ),
        "database_lost": (
            _tr("Die Datenbank wurde verschoben, gelöscht oder ersetzt; nichts wird gespeichert."),
            _tr("Bitte die Datei zurücklegen oder das Programm neu starten."),
        ),
        "database_rescued": (
            _tr("Die Datenbank ging im laufenden Betrieb verloren; was gebucht war, ist gerettet."),
            # What is in their place may hold other bookings: a synchronised folder, two PCs.
            _tr(
                "Die geretteten Bücher einsetzen; was jetzt an ihrem Platz liegt, bleibt erhalten."
            ),
        ),
        "database_altered": (_tr("Die Datenbank wurde von außen verändert."), backup),
        "backup_altered": (
            _tr("Diese Sicherung wurde von außen verändert."),
            _tr("Sie wurde nicht eingesetzt; bitte eine andere wählen."),
        ),
        "database_missing": (_tr("Die Datenbank fehlt, obwohl es sie schon gab."), backup),
        "database_foreign": (
            _tr("Im Datenordner liegt eine andere Datenbank als zuletzt."),
            backup,
        ),
        "database_newer": (
            _tr("Die Datenbank stammt von einer neueren Version des Programms."),
            _tr("Bitte das Programm aktualisieren; nichts wurde geändert."),
        ),
        "backup_damaged": (
            _tr("Diese Sicherung ist beschädigt und wurde nicht eingesetzt."),
            _tr("Eine ältere Sicherung wählen."),
        ),
        "backup_not_found": (_tr("Diese Datei gibt es nicht."), _tr("Bitte eine andere wählen.")),
        "backup_foreign": (
            _tr("Das ist keine Sicherung dieses Programms."),
            _tr("Bitte eine Datei wählen, die mit „Sichern …“ oder von selbst entstanden ist."),
        ),
        "backup_failed": (
            _tr("Die Sicherung ist nicht gelungen; die Daten sind unversehrt."),
            _tr("Bitte noch einmal versuchen."),
        ),
        "backup_not_written": (
            _tr("Dort lässt sich nichts speichern."),
            _tr("Bitte einen anderen Ort wählen."),
        ),
        "backup_not_read": (
            _tr("Diese Datei lässt sich nicht lesen."),
            _tr("Bitte eine andere wählen."),
        ),
        "backup_target_is_books": (
            _tr("Im Datenordner liegen die Daten selbst."),
            _tr("Bitte einen anderen Ort wählen, am besten ein anderes Laufwerk."),
        ),
        "restore_at_next_start": (
            _tr("Die Sicherung ist bereit, aber ein Teil des Programms lief noch."),
            _tr("Bitte das Programm beenden und neu starten; dann wird sie eingesetzt."),
        ),
        "thread_stuck": (
            _tr("Ein Teil des Programms antwortet nicht mehr."),
            _tr("Bitte das Programm beenden und neu starten; nichts Gebuchtes geht verloren."),
        ),
        "data_dir_unusable": (
            _tr("Der Datenordner lässt sich nicht benutzen."),
            _tr("Die Rechte am Datenordner prüfen."),
        ),
        "autostart_failed": (
            _tr("Der Start bei der Anmeldung ließ sich nicht einstellen."),
            _tr("Die Rechte am eigenen Benutzerordner prüfen lassen."),
        ),
        "already_running": (
            _tr("Mit diesen Daten läuft schon ein anderes Programm."),
            _tr("Das andere Fenster benutzen oder dort beenden."),
        ),
    }
