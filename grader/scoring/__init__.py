"""Scores: pure functions of a report, the manifest of its tests and the syllabus."""
