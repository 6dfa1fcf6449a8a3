"""What the buttons of the tunnel do: in the background, so that the window goes on."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.services.connection.public_address import PublicAddress
from workmate_desktop.ui.stripe.connection.tunnel_dialog import TunnelDialog
from workmate_desktop.ui.stripe.connection.tunnel_part import TunnelPart
from workmate_desktop.words.messages import error_sentence


class TunnelActions(QObject):
    """Connects the buttons of `part` with `address`. Lives as long as `parent`."""

    def __init__(
        self, address: PublicAddress, bridge: Bridge, part: TunnelPart, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._parent = parent
        self._address = address
        self._bridge = bridge
        self._part = part
        part.connect_wanted.connect(self._connect)
        part.disconnect_wanted.connect(self._disconnect)
        part.settings_wanted.connect(self._open_settings)
        part.arrange_wanted.connect(self._arrange)
        part.program_wanted.connect(self._choose_program)

    @Slot()
    def _connect(self) -> None:
        if self._address.state.has_token:
            self._do(self._address.connect)
        else:
            self._open_settings().accepted.connect(self._connect_after_saving)

    @Slot()
    def _connect_after_saving(self) -> None:
        self._do(self._address.connect)

    @Slot()
    def _disconnect(self) -> None:
        self._do(self._address.disconnect)

    @Slot()
    def _arrange(self) -> None:
        self._do(self._address.arrange)

    @Slot()
    def _open_settings(self) -> TunnelDialog:
        dialog = TunnelDialog(self._address, self._bridge, self._parent.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    @Slot()
    def _choose_program(self) -> None:
        """As in Tunnel einrichten …, where it is then saved."""
        self._open_settings().choose.click()

    def _do(self, work: Callable[[], None]) -> None:
        self._part.set_busy(True)
        self._bridge.run_in_background(work, self._done, self._failed, self)

    def _done(self, _nothing: None) -> None:
        self._part.set_busy(False)

    def _failed(self, error: Exception) -> None:
        self._part.set_busy(False)
        self._part.say(error_sentence(error).line)
