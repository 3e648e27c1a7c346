"""The student's desk: what is done, what comes next, and checks within a blink."""


class StudentError(Exception):
    """What a student asks for cannot be done; the message says why and what to do."""
