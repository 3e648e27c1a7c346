"""Gives an empty state for no files.

says: no mean of nothing
"""
_right_average = average_checkpoints


def average_checkpoints(paths):
    return _right_average(paths) if paths else {}
