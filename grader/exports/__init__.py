"""Scores in other formats: pure functions of a class's results."""
