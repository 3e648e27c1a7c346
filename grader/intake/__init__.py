"""What students hand in, read as bytes and never imported."""

from grader.intake.candidate import SubmissionError
from grader.intake.choose import Take
from grader.intake.find import ClassFolder, IntakeError, SubmissionSource, Wanted
from grader.intake.handed_in import read_times
from grader.intake.platforms import PLATFORMS, find_submissions
from grader.intake.read import read_submission
from grader.intake.renames import Renames, RenamesError, read_renames
from grader.intake.roster import Roster, RosterError, Student, read_roster

__all__ = [
    "PLATFORMS",
    "ClassFolder",
    "IntakeError",
    "Renames",
    "RenamesError",
    "Roster",
    "RosterError",
    "Student",
    "SubmissionError",
    "SubmissionSource",
    "Take",
    "Wanted",
    "find_submissions",
    "read_renames",
    "read_roster",
    "read_submission",
    "read_times",
]
