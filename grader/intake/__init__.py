"""What students hand in, read as bytes and never imported."""

from grader.intake.candidate import HandinError
from grader.intake.find import ClassFolder, Handin, IntakeError, Wanted
from grader.intake.platforms import PLATFORMS, find_handins
from grader.intake.read import read_handin
from grader.intake.roster import Roster, RosterError, Student, read_roster

__all__ = [
    "PLATFORMS",
    "ClassFolder",
    "Handin",
    "HandinError",
    "IntakeError",
    "Roster",
    "RosterError",
    "Student",
    "Wanted",
    "find_handins",
    "read_handin",
    "read_roster",
]
