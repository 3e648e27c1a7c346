"""nbgrader's side: scores in its gradebook, its autograding done by our judges.

Only `entries` does without nbgrader, which students do not install.
"""

from grader.nbgrader.cell_grades import GradebookError, StudentGrades, cell_grades_of

__all__ = ["GradebookError", "StudentGrades", "cell_grades_of"]
