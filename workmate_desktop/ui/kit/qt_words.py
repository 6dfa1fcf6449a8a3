"""German words in what Qt itself shows: file and print dialogs, context menus, standard buttons."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

_NAME = "qtbase_de"
"""Comes with PySide6-Essentials, in Qt/translations."""


def speak_german(app: QCoreApplication) -> None:
    """Install Qt's own translation, whatever the language of the system; once per application.

    A German window must not open English dialogs. Raises FileNotFoundError when it was not
    installed with Qt. https://doc.qt.io/qt-6/localization.html
    """
    if app.findChild(QTranslator, _NAME) is not None:
        return
    words = QTranslator(app)
    words.setObjectName(_NAME)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if not words.load(_NAME, folder):
        raise FileNotFoundError(f"{_NAME}.qm is not among Qt's translations")
    app.installTranslator(words)
