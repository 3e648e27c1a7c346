"""A class with one folder around all of it, told from one student's upload.

What tells them apart is where the topics' files lie. In a class, a topic lies in
several folders side by side. A student's upload holds it in the outer folder, in one
folder below, or each topic in a folder of its own; folders that hold one topic twice
are named as versions or kinds of files are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from grader.intake.candidate import SubmissionError
from grader.intake.entry import Entry
from grader.intake.find import student_of
from grader.intake.names import meant_for, words
from grader.intake.nested import unpacked
from grader.intake.roster import Roster

MAX_LOOKED = 20
"""Folders that are looked into, at most."""
NO_STUDENT = re.compile(
    r"""(
        old | new | older | newer | first | second | last | latest | final | backup
      | bak | copy | draft | version | v | attempt | try | submission | hw | homework
      | assignment | exercises? | solutions? | code | src | work | modules? | scripts?
      | py | python | ipynb | notebooks? | jupyter
      | antig[oa] | nov[oa] | vers[aã]o | c[oó]pia | tentativa | entrega | rascunho
      | exerc[ií]cios?
    )""",
    re.VERBOSE,
)
"""Words that name versions and kinds of one student's files."""


def find_wrapper(top: Entry) -> Entry | None:
    """Return the one folder that lies in a class beside nothing that is handed in."""
    entries = top.children()
    folders = [entry for entry in entries if entry.is_folder]
    if len(folders) != 1 or any(entry.is_archive for entry in entries):
        return None
    return folders[0]


def holds_class(wrapper: Entry, topics: Collection[str], roster: Roster | None) -> bool:
    """Say whether students lie in a folder, and not the work of one."""
    entries = wrapper.children()
    members = [entry for entry in entries if entry.is_folder or entry.is_archive]
    if any(meant_for(entry.name, topics) for entry in entries if not entry.is_folder):
        return False
    if roster is not None and roster.find(student_of(wrapper.path, is_folder=True)):
        return False
    names = [student_of(entry.path, entry.is_folder) for entry in members]
    if roster is not None and any(map(roster.find, names)):
        return True
    return share_topics([entry for entry in members if may_be_student(entry)], topics)


def may_be_student(entry: Entry) -> bool:
    """Say whether a name is more than words for versions and kinds of files."""
    name = words(student_of(entry.path, entry.is_folder))
    known = [word for word in re.sub(r"\d+", "_", name).split("_") if word]
    return not known or not all(map(NO_STUDENT.fullmatch, known))


def share_topics(members: Sequence[Entry], topics: Collection[str]) -> bool:
    """Say whether most members hold a topic, and two of them the same."""
    looked = [topics_in(member, topics) for member in members[:MAX_LOOKED]]
    counts = Counter(topic for found in looked for topic in found)
    with_work = sum(map(bool, looked))
    return max(counts.values(), default=0) > 1 and 2 * with_work > len(looked)


def topics_in(entry: Entry, topics: Collection[str]) -> set[str]:
    """Return the topics that have a file in a folder or an archive, at any depth."""
    try:
        with entry.listing() as files, unpacked(files) as opened:
            meant = {meant_for(file.name, topics) for file in opened.files}
    except SubmissionError:
        return set()
    return {topic for topic in meant if topic}
