"""German for troubles of the database and of backups: what happened, and what mends it."""

from workmate_desktop.words.language import _


def database_words() -> dict[str, tuple[str, str]]:
    """Code → (sentence, action)."""
    backup = _("Eine Sicherung einspielen oder den Support fragen.")
    return {
        "database_busy": (
            _("Die Datenbank ist gerade belegt; nichts wurde gespeichert."),
            _("Bitte gleich noch einmal versuchen."),
        ),
        "disk_full": (
            _("Der Speicherplatz ist voll; nichts wurde gespeichert."),
            _("Speicherplatz freigeben, dann noch einmal versuchen."),
        ),
        "database_read_only": (
            _("Die Datenbank lässt sich nicht beschreiben; nichts wurde gespeichert."),
            _("Die Rechte am Datenordner prüfen."),
        ),
        "database_damaged": (_("Die Datenbank ist beschädigt."), backup),
        "database_unreadable": (
            _("Die Datenbank lässt sich nicht lesen."),
            _("Datenträger und Rechte am Datenordner prüfen."),
        ),
        "database_lost": (
            _("Die Datenbank wurde verschoben, gelöscht oder ersetzt; nichts wird gespeichert."),
            _("Bitte die Datei zurücklegen oder das Programm neu starten."),
        ),
        "database_rescued": (
            _("Die Datenbank ging im laufenden Betrieb verloren; was gebucht war, ist gerettet."),
            # What is in their place may hold other bookings: a synchronised folder, two PCs.
            _("Die geretteten Bücher einspielen; was jetzt an ihrem Platz liegt, bleibt erhalten."),
        ),
        "database_altered": (_("Die Datenbank wurde von außen verändert."), backup),
        "backup_altered": (
            _("Diese Sicherung wurde von außen verändert."),
            _("Sie wurde nicht eingespielt; bitte eine andere wählen."),
        ),
        "database_missing": (_("Die Datenbank fehlt, obwohl es sie schon gab."), backup),
        "database_foreign": (
            _("Im Datenordner liegt eine andere Datenbank als zuletzt."),
            backup,
        ),
        "database_newer": (
            _("Die Datenbank stammt von einer neueren Version des Programms."),
            _("Bitte das Programm aktualisieren; nichts wurde geändert."),
        ),
        "backup_damaged": (
            _("Diese Sicherung ist beschädigt und wurde nicht eingespielt."),
            _("Eine ältere Sicherung wählen."),
        ),
        "backup_not_found": (_("Diese Datei gibt es nicht."), _("Bitte eine andere wählen.")),
        "backup_foreign": (
            _("Das ist keine Sicherung dieses Programms."),
            _("Bitte eine Datei wählen, die mit „Sichern …“ oder automatisch entstanden ist."),
        ),
        "backup_failed": (
            _("Die Sicherung ist nicht gelungen; die Daten sind unversehrt."),
            _("Bitte noch einmal versuchen."),
        ),
        "backup_not_written": (
            _("Dort lässt sich nichts speichern."),
            _("Bitte einen anderen Ort wählen."),
        ),
        "backup_not_read": (
            _("Diese Datei lässt sich nicht lesen."),
            _("Bitte eine andere wählen."),
        ),
        "backup_target_is_books": (
            _("Im Datenordner liegen die Daten selbst."),
            _("Bitte einen anderen Ort wählen, am besten ein anderes Laufwerk."),
        ),
        "restore_at_next_start": (
            _("Die Sicherung ist bereit, aber ein Teil des Programms lief noch."),
            _("Bitte das Programm beenden und neu starten; dann wird sie eingespielt."),
        ),
        "thread_stuck": (
            _("Ein Teil des Programms antwortet nicht mehr."),
            _("Bitte das Programm beenden und neu starten; nichts Gebuchtes geht verloren."),
        ),
        "data_dir_unusable": (
            _("Der Datenordner lässt sich nicht benutzen."),
            _("Die Rechte am Datenordner prüfen."),
        ),
        "autostart_failed": (
            _("Der Start bei der Anmeldung ließ sich nicht einstellen."),
            _("Die Rechte am eigenen Benutzerordner prüfen lassen."),
        ),
        "already_running": (
            _("Mit diesen Daten läuft schon ein anderes Programm."),
            _("Das andere Fenster benutzen oder dort beenden."),
        ),
    }
