"""Feed the parsers with bytes that grow towards new paths through their code.

    python -m bench.fuzz TARGET [-max_total_time=60] [FOLDER…]

Targets are frames, archives, notebooks and registry; options and folders of seeds are
libFuzzer's. A crash, a hang, memory above the limit, or an exception that is not
documented ends the run and leaves its input behind.
"""

from __future__ import annotations

import io
import json
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["grader", "zipfile", "tarfile", "msgpack"]):
    from grader.intake import SubmissionError, SubmissionSource, read_submission
    from grader.intake.candidate import UnfitError
    from grader.intake.notebook_source import read_notebook
    from grader.layout import KIT
    from grader.sandbox import wire
    from grader.syllabus import SyllabusError, parse_syllabus

LIMITS = ["-rss_limit_mb=1500", "-timeout=5", "-print_final_stats=1"]
TOPICS = dict.fromkeys(("alpha", "beta"), ())
REGISTRY = KIT.registry.read_text(encoding="utf-8")
SOURCE = b"x = 1\n" * 20
CELL = {"cell_type": "code", "source": ["x = 1\n", "%time"], "input": "y = 2"}
NAMED = {**CELL, "metadata": {"nbgrader": {"grade_id": "alpha-f"}}, "outputs": [{}]}
NOTEBOOK = json.dumps(
    {"nbformat": 4, "cells": [CELL, NAMED, NAMED], "worksheets": [{"cells": [CELL]}]}
)


def decode_frame(data: bytes) -> None:
    """Decode a frame, and look that what comes out can be sent again."""
    split = data[0] if data else 0
    try:
        value = wire.decode(data[1 : 1 + split], bytearray(data[1 + split :]))
    except wire.ProtocolError:
        return
    wire.encode(value)


def read_archive(data: bytes) -> None:
    """Read a submission from an archive."""
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(data)
        file.flush()
        try:
            submission = read_submission(
                SubmissionSource("ana", Path(file.name)), TOPICS
            )
        except SubmissionError:
            return
    assert set(submission.sources) | set(submission.problems) == set(TOPICS)


def read_cells(data: bytes) -> None:
    """Make modules of these bytes and of a changed notebook: they must be Python."""
    choices = atheris.FuzzedDataProvider(data)
    document = json.loads(NOTEBOOK)
    for _ in range(choices.ConsumeIntInRange(1, 4)):
        change(document, choices)
    for notebook in (data, json.dumps(document).encode()):
        try:
            module = read_notebook("alpha.ipynb", notebook, "alpha", 1 << 20)
        except UnfitError:
            continue
        compile(module.source, "alpha.py", "exec")


def parse_registry(data: bytes) -> None:
    """Parse the registry with entries lost, renamed, or of another kind."""
    choices = atheris.FuzzedDataProvider(data)
    document = tomllib.loads(REGISTRY)
    for _ in range(choices.ConsumeIntInRange(1, 4)):
        change(document, choices)
    try:
        parse_syllabus(document, "syllabus.toml")
    except SyllabusError:
        return


def change(node: Any, choices: atheris.FuzzedDataProvider) -> None:
    """Change one entry somewhere below `node`."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    if not keys:
        return
    key = choices.PickValueInList(list(keys))
    if isinstance(node[key], (dict, list)) and choices.ConsumeBool():
        change(node[key], choices)
        return
    match choices.ConsumeIntInRange(0, 3):
        case 0:
            del node[key]
        case 1 if isinstance(node, dict):
            node[choices.ConsumeUnicode(8)] = node.pop(key)
        case 2:
            node[key] = choices.ConsumeUnicode(20)
        case _:
            value = choices.PickValueInList([None, -1, 0, 10**30, 1.5, True, [], {}])
            node[key] = value


def seeds(target: str) -> list[bytes]:
    """Return good inputs to start from."""
    if target == "frames":
        frame = wire.encode([None, True, 1, 2.5, "a", b"b", (), {"k": [1]}])
        structure = frame[8:]
        return [bytes([len(structure)]) + structure]
    if target == "registry":
        return [bytes(range(64))]
    if target == "notebooks":
        return [NOTEBOOK.encode()]
    return [make_zip(), make_tar("w"), make_tar("w:gz"), make_tar("w:xz")]


def make_zip() -> bytes:
    """Return a submission as a zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for topic in TOPICS:
            archive.writestr(f"work/{topic}.py", SOURCE)
    return stream.getvalue()


def make_tar(mode: str) -> bytes:
    """Return a submission as a tar archive."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for topic in TOPICS:
            member = tarfile.TarInfo(f"work/{topic}.py")
            member.size = len(SOURCE)
            archive.addfile(member, io.BytesIO(SOURCE))
    return stream.getvalue()


TARGETS = {
    "frames": decode_frame,
    "archives": read_archive,
    "notebooks": read_cells,
    "registry": parse_registry,
}


def main() -> None:
    """Fuzz the target that the command line names."""
    target, *options = sys.argv[1:] or [""]
    if target not in TARGETS:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        for i, seed in enumerate(seeds(target)):
            Path(folder, str(i)).write_bytes(seed)
        atheris.Setup([sys.argv[0], *LIMITS, *options, folder], TARGETS[target])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
