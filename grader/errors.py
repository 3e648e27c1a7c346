"""The one class of errors that the command tells as a message."""


class GraderError(Exception):
    """Something that its message explains; the command prints it and exits with 2."""
