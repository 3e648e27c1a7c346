"""What Gradescope gives as “Export submissions” of a programming assignment.

    assignment_<id>_export/
        submission_metadata.yml
        submission_<id>/<the files, archives unpacked>

The metadata is a mapping that a Ruby program wrote, by folder:

    submission_409194023:
      :submitters:
      - :name: Ana Souza
        :sid: '20261234'
        :email: ana@example.edu
      :created_at: 2026-04-26 17:34:00.861687000 Z
      :score: 2.0
      :results: {…}
      :history: [{:id: …, :created_at: …, …}, …]

Only the active submission's files are exported. Several submitters are a group; with
anonymous grading there are none. Source: the readers of such exports in
ucbds-infra/otter-grader (otter/metadata.py) and other public course tools.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from grader.intake.candidate import SubmissionError
from grader.intake.entry import Entry
from grader.intake.find import Download, IntakeError, SubmissionSource, Wanted
from grader.intake.times import parse_time
from grader.speech import _

if TYPE_CHECKING:
    from grader.intake.yaml_tree import Node

METADATA = "submission_metadata.yml"
MAX_METADATA = 64 << 20  # bytes


@dataclass(frozen=True)
class Submitter:
    """Who handed in; what is not known is empty."""

    name: str
    email: str
    sid: str

    @property
    def ids(self) -> tuple[tuple[str, str], ...]:
        """Return what a roster may know the submitter by."""
        ids = (("email", self.email), ("sis", self.sid), ("name", self.name))
        return tuple((kind, alias) for kind, alias in ids if alias)


@dataclass(frozen=True)
class Record:
    """What the metadata says of one submission."""

    folder: str
    submitters: Sequence[Submitter]
    created_at: datetime | None


def recognises(top: Entry) -> bool:
    """Say whether there is a metadata file, here or in the only folder."""
    return metadata_folder(top) is not None


def metadata_folder(top: Entry) -> Entry | None:
    """Return the folder that holds the metadata."""
    entries = top.children()
    below = entries if len(entries) == 1 and entries[0].is_folder else []
    return next((p for p in (top, *below) if p.child(METADATA)), None)


def find(top: Entry, wanted: Wanted) -> Download:  # noqa: ARG001 - as every platform
    """Return a submission per submitter; one of a group for each of its members."""
    folder = metadata_folder(top)
    metadata = folder.child(METADATA) if folder else None
    if folder is None or metadata is None:
        raise IntakeError(
            "{path} holds no {metadata}: name the export's folder",
            path=top.path,
            metadata=METADATA,
        )
    entries = {found.name: found for found in folder.children()}
    records = read_metadata(metadata)
    origins = [
        origin
        for record in records.values()
        for origin in submissions(record, folder, entries.get(record.folder))
    ]
    unnamed = [
        SubmissionSource(
            name,
            found.path,
            source=found,
            notes=(_("{file} does not name it").format(file=METADATA),),
        )
        for name, found in entries.items()
        if found.is_folder and name not in records
    ]
    ignored = [p.path for p in entries.values() if not p.is_folder and p != metadata]
    return Download([*origins, *unnamed], ignored)


def with_others(names: Sequence[str]) -> str:
    """Return who else handed it in."""
    return _("handed in with {names}").format(names=", ".join(names))


def submissions(
    record: Record, folder: Entry, found: Entry | None
) -> Iterator[SubmissionSource]:
    """Yield the submission of each submitter; of nobody, where nobody is named."""
    said = _("{file} names {folder}, which is not there")
    problem = "" if found else said.format(file=METADATA, folder=record.folder)
    names = [who.name or who.email or who.sid for who in record.submitters]
    for who in record.submitters or [Submitter("", "", "")]:
        label = who.email or who.sid or " ".join([who.name, record.folder]).strip()
        others = [name for name in names if name != (who.name or who.email or who.sid)]
        yield SubmissionSource(
            label,
            (found or folder).path,
            submitted_at=record.created_at,
            source=found,
            ids=who.ids,
            group=record.folder if others else "",
            problem=problem,
            notes=(with_others(others),) if others else (),
        )


def read_metadata(found: Entry) -> Mapping[str, Record]:
    """Return what the metadata says of each folder.

    Raises:
        IntakeError: it is broken; the message names the line.
    """
    # Students have no reader of YAML, and this module is in their command too.
    from grader.intake.yaml_tree import YamlError, parse_yaml  # noqa: PLC0415

    try:
        tree = parse_yaml(found.read(MAX_METADATA)).mapping()
        return {name: to_record(name, node) for name, node in tree.items()}
    except (YamlError, SubmissionError) as error:
        raise IntakeError(
            "{path}: {error}. Export the submissions again, or grade the "
            "folders as they are with --from folder",
            path=found.path,
            error=error,
        ) from error


def to_record(folder: str, node: Node) -> Record:
    """Return what one entry of the metadata says.

    Raises:
        YamlError: it is of another shape.
    """
    entry = node.mapping()
    submitters = entry[":submitters"].entries() if ":submitters" in entry else []
    return Record(
        folder,
        [to_submitter(submitter.mapping()) for submitter in submitters],
        to_time(entry[":created_at"]) if ":created_at" in entry else None,
    )


def to_submitter(entry: Mapping[str, Node]) -> Submitter:
    """Return one submitter."""
    keys = (":name", ":email", ":sid")
    return Submitter(*(entry[k].text() if k in entry else "" for k in keys))


def to_time(node: Node) -> datetime:
    """Return a time.

    Raises:
        YamlError: it is none.
    """
    from grader.intake.yaml_tree import YamlError  # noqa: PLC0415

    try:
        return parse_time(node.text())
    except ValueError as error:
        raise YamlError(
            "line {line}: {text!r} is no time", line=node.line, text=node.text()
        ) from error
