"""A class as an instructor makes it: a folder or a zip archive for each student."""

from __future__ import annotations

from grader.intake.entry import Entry
from grader.intake.find import Download, Wanted, hand_in


def recognises(top: Entry) -> bool:
    """Say whether there is anything that may be a student's."""
    return any(entry.is_folder or entry.is_archive for entry in top.children())


def find(top: Entry, wanted: Wanted) -> Download:  # noqa: ARG001 - as every platform
    """Return a submission for each folder and archive, by its name."""
    entries = top.children()
    found, ignored = [], []
    for entry in entries:
        if entry.is_folder or entry.is_archive:
            found.append(entry)
        else:
            ignored.append(entry.path)
    return Download([hand_in(entry) for entry in found], ignored)
