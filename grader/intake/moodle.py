"""What Moodle gives as “Download all submissions” of an assignment.

    <full name>_<participant>_assignsubmission_file_/<folders and files>
    <full name>_<participant>_assignsubmission_onlinetext_/onlinetext.html
    <full name>_<participant>_assignsubmission_file_<file>     without folders

The participant's number is that of the grading worksheet (“Participant 12”), not the
user's. The last underscore is missing since Moodle 4. Names stand as the site shows
them, without quotes and slashes and with spaces for underscores; with blind marking
they are the site's word for participant (Participante). A team is named, with its id if
it has one, in place of a student. Source: `get_student_prefix` and
`load_submissionplugin_filelist` in mod/assign/classes/downloader.php, and
mod/assign/submission/onlinetext/locallib.php, of moodle/moodle.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.identity import fit_id
from grader.intake.entry import Entry, Source
from grader.intake.find import Download, SubmissionSource, Wanted
from grader.intake.loose_files import LooseFiles
from grader.speech import _

ENTRY = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?"
)


def folder_name(name: str, number: str) -> str:
    """Return the folder of a participant's files, in which Moodle takes some back.

    It parts the name at underscores and goes by the number behind the first of them.
    """
    return f"{fit_id(name).replace('_', ' ')}_{number}_assignsubmission_file_"


@dataclass(frozen=True)
class Part:
    """What one plugin of the assignment holds of one participant."""

    entry: Entry
    match: re.Match[str]

    @property
    def who(self) -> str:
        """Return what names the participant, or the team."""
        return "_".join(filter(None, [self.match["name"], self.match["id"]]))


def recognises(top: Entry) -> bool:
    """Say whether something is named as Moodle does."""
    return any(ENTRY.fullmatch(entry.name) for entry in top.children())


def find(top: Entry, wanted: Wanted) -> Download:  # noqa: ARG001 - as every platform
    """Return a submission per participant."""
    parts: dict[str, list[Part]] = {}
    ignored = []
    for entry in top.children():
        if match := ENTRY.fullmatch(entry.name):
            part = Part(entry, match)
            parts.setdefault(part.who, []).append(part)
        else:
            ignored.append(entry.path)
    return Download(
        [from_parts(top, who, found) for who, found in parts.items()], ignored
    )


def from_parts(top: Entry, who: str, parts: Sequence[Part]) -> SubmissionSource:
    """Return one participant's submission: the files, whatever else was handed in."""
    files = [part for part in parts if part.match["plugin"] == "file"]
    folders = [part.entry for part in files if part.entry.is_folder]
    others = sorted({part.match["plugin"] for part in parts} - {"file"})
    texts = _(" and ").join(
        _("an online text") if o == "onlinetext" else o for o in others
    )
    match = parts[0].match
    number = [("moodle", match["id"])] if match["id"] else []
    return SubmissionSource(
        who,
        (folders or [files[0].entry if len(files) == 1 else top])[0].path,
        tuple(folder.path for folder in folders[1:]),
        source=source_of(files, folders),
        ids=(*number, ("name", match["name"])),
        returns_as=folder_name(match["name"], match["id"]) if match["id"] else "",
        problem="" if files else _("handed in {texts} and no file").format(texts=texts),
        notes=(_("not graded: {names}").format(names=texts),)
        if files and others
        else (),
    )


def source_of(files: Sequence[Part], folders: Sequence[Entry]) -> Source | None:
    """Return what gives the files: a folder, an archive, or files side by side."""
    if folders:
        return folders[0]
    if len(files) == 1 and files[0].entry.is_archive:
        return files[0].entry
    return LooseFiles(tuple((part.match["file"] or "", part.entry) for part in files))
