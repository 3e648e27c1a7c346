"""One class graded by several tools: the same tests, the same submissions, one run."""
