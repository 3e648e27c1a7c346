"""What students hand in, read as bytes and never imported."""

from grader.intake.candidate import SubmissionError
from grader.intake.find import ClassFolder, IntakeError, SubmissionSource, Wanted
from grader.intake.platforms import PLATFORMS, find_submissions
from grader.intake.read import read_submission
from grader.intake.roster import Roster, RosterError, Student, read_roster

__all__ = [
    "PLATFORMS",
    "ClassFolder",
    "IntakeError",
    "Roster",
    "RosterError",
    "Student",
    "SubmissionError",
    "SubmissionSource",
    "Wanted",
    "find_submissions",
    "read_roster",
    "read_submission",
]
