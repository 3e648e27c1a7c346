"""nbgrader's side: scores in its gradebook, its autograding done by our judges.

Only `entries` does without nbgrader, which students do not install.
"""

from grader.gradebook.entries import Entries, GradebookError, entries_of

__all__ = ["Entries", "GradebookError", "entries_of"]
