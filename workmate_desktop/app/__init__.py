"""Where the objects meet: built here, handed to each other, started and stopped in order.

core.py    everything without a window; importing it never imports PySide6
window.py  the window on top of it
serve.py   the office server, without a window
doctor.py  the state, printed
"""
