"""How a command says that it cannot go on; the command line turns it into an exit code."""


class Failed(Exception):
    """A command that cannot go on, and why, in one line for the person at the terminal."""
