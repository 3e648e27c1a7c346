"""What Canvas gives as “Download submissions”: all files of all students side by side.

    lastnamefirst[_LATE]_<user id>_<attachment id>_<the student's name for it>
    [LATE_]anon_<anonymous id>_<attachment id>_<name>      with anonymous grading
    lastnamefirst[_LATE]_<user id>_text.html      a text entry; _link.html: a link

The student's sortable name is in lower case, without spaces and punctuation; accents
stay. Canvas gives a file that is handed in again under its old name the ending `-1`,
`-2` and so on; attachment ids grow with time. Source: `add_submission` and its helpers
in lib/content_zipper.rb, `make_unique_filename` in app/models/attachment.rb, of
instructure/canvas-lms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.intake.entry import Entry
from grader.intake.find import Download, SubmissionSource, Wanted
from grader.intake.loose_files import LooseFiles
from grader.speech import _

WHO = r"(?:(?!LATE_)(?P<name>.+?)_)?(?:(?P<late>LATE)_)?(?P<user>\d+|anon_[^_]+)"
FILE = re.compile(rf"{WHO}_(?P<attachment>\d+)_(?P<file>.+)")
ENTRY = re.compile(rf"{WHO}_(?P<kind>text|link)\.html")
KINDS = r"py|ipynb|zip|tar(?:\.\w+)?|tgz|txz|tbz2|7z|rar"
AGAIN = re.compile(rf"-\d{{1,2}}(?=\.(?:{KINDS})\Z)")


@dataclass(frozen=True)
class Upload:
    """One file, by the parts of its name."""

    entry: Entry
    match: re.Match[str]

    @property
    def attachment(self) -> int:
        """Return the id that grows with each upload."""
        return int(self.match["attachment"])

    @property
    def name(self) -> str:
        """Return the name that the student gave it."""
        return AGAIN.sub("", self.match["file"])


def recognises(top: Entry) -> bool:
    """Say whether most of what is there is named as Canvas does."""
    entries = top.children()
    named = [e for e in entries if FILE.fullmatch(e.name) or ENTRY.fullmatch(e.name)]
    return 2 * len([e for e in named if not e.is_folder]) > len(entries)


def find(top: Entry, wanted: Wanted) -> Download:  # noqa: ARG001 - as every platform
    """Return a submission per user id."""
    uploads: dict[str, list[Upload]] = {}
    entries: dict[str, re.Match[str]] = {}
    ignored = []
    for entry in top.children():
        if entry.is_folder:
            ignored.append(entry.path)
        elif match := FILE.fullmatch(entry.name):
            uploads.setdefault(match["user"], []).append(Upload(entry, match))
        elif match := ENTRY.fullmatch(entry.name):
            entries[match["user"]] = match
        else:
            ignored.append(entry.path)
    origins = [from_uploads(top, found) for found in uploads.values()]
    origins += [
        from_entry(top, match) for user, match in entries.items() if user not in uploads
    ]
    return Download(origins, ignored)


def from_uploads(top: Entry, uploads: Sequence[Upload]) -> SubmissionSource:
    """Return a student's submission: the newest archive, or the newest of each file."""
    uploads = sorted(uploads, key=lambda upload: upload.attachment)
    origin = by_name(top, uploads[-1].match)
    origin = replace(origin, returns_as=uploads[-1].entry.name)
    archives = [upload for upload in uploads if upload.entry.is_archive]
    if len(archives) == len(uploads):
        *earlier, last = [
            replace(origin, path=one.entry.path, source=one.entry) for one in archives
        ]
        return replace(last, earlier=tuple(earlier))
    newest = {upload.name: upload for upload in uploads}
    files = LooseFiles(tuple((name, one.entry) for name, one in newest.items()))
    return replace(origin, source=files, notes=tuple(note_older(uploads, newest)))


def note_older(uploads: Sequence[Upload], newest: dict[str, Upload]) -> Iterator[str]:
    """Yield which files were handed in more than once, and which of them counts."""
    for name, upload in newest.items():
        older = [u for u in uploads if u.name == name and u is not upload]
        if older:
            yield _("{name}: the newest of {n} counts, {file}").format(
                name=name, n=len(older) + 1, file=upload.entry.name
            )


def from_entry(top: Entry, match: re.Match[str]) -> SubmissionSource:
    """Return the submission of a student who handed in a text or a link."""
    is_text = match["kind"] == "text"
    problem = (
        _("handed in a text and no file")
        if is_text
        else _("handed in a link and no file")
    )
    return replace(by_name(top, match), problem=problem)


def by_name(top: Entry, match: re.Match[str]) -> SubmissionSource:
    """Return what the name of a file tells of the student."""
    name, user = match["name"] or "", match["user"]
    return SubmissionSource(
        "_".join(filter(None, [name, user])),
        top.path,
        late=match["late"] is not None,
        ids=(("canvas", user), *([("sortable", name)] if name else [])),
    )
