"""What students hand in, read as bytes and never imported."""

from grader.intake.candidate import HandinError
from grader.intake.find import Handin, IntakeError, find_handins
from grader.intake.read import read_handin

__all__ = ["Handin", "HandinError", "IntakeError", "find_handins", "read_handin"]
