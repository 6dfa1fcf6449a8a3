"""What the program is measured against. Each is a process: `python -m … <data folder>`.

A peer binds a free port, prints it on a line of its own, and serves until SIGTERM.
"""
