"""What a user of the lab is told when something does not work."""


class LabError(Exception):
    """A failure with a message for the user; the command line prints it and exits with 1."""


class NotFound(LabError):
    """The API does not know what it was asked for."""
