"""Test the gradebook on a PostgreSQL server of its own.

    python -m bench.postgres

Starts a server in a temporary folder, on loopback, with Debian's package `postgresql`;
runs the gradebook's tests on it, then nbgrader's own export; and stops it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.layout import KIT
from grader.nbgrader.cell_grades import CellGrade, StudentGrades
from grader.nbgrader.writer import GradebookWriter, open_gradebook
from grader.syllabus import read_syllabus

USER = "postgres"
"""Whom the server runs as when we are root, which it refuses to be."""
TESTS = KIT.root / "tests" / "kit" / "test_nbgrader_gradebook.py"


def main() -> None:
    """Run everything; exit with the status of the first that fails."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as url:
        environment = {**os.environ, "GRADEBOOK_SERVER": url}
        tests = [sys.executable, "-m", "pytest", "-q", "-W", "error", str(TESTS)]
        subprocess.run(tests, env=environment, check=True, cwd=KIT.root)
        export(url, Path(folder, "grades.csv"))


def export(url: str, target: Path) -> None:
    """Write two students' points, and let nbgrader export them."""
    part = read_syllabus(KIT.registry).only("model_construction.MLP")
    with open_gradebook(url, "d2l") as book:
        writer = GradebookWriter(book, "ps1", part)
        for student in ("ana", "Élodie"):
            entry = CellGrade("model_construction.MLP", 0.67, "Look again.")
            writer.write(StudentGrades(student, None, (entry,)))
    command = [
        *(sys.executable, "-m", "nbgrader", "export", "--db", url, "--to", str(target)),
        "--exporter=grader.nbgrader.export.Csv",
    ]
    subprocess.run(command, cwd=target.parent, check=True)
    print(target.read_text(encoding="utf-8"))


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Give the address of a new server; stop it in the end."""
    tools = find_tools()
    identity = {"user": USER, "group": USER} if os.geteuid() == 0 else {}
    if identity:
        shutil.chown(folder, USER, USER)
    data = folder / "data"

    def run(tool: str, *arguments: str) -> None:
        subprocess.run(
            [str(tools / tool), "-D", str(data), *arguments],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            **identity,
        )

    run("initdb", "--auth=trust", "--username=grader", "--encoding=UTF8", "--no-sync")
    port = free_port()
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c fsync=off"
    sockets = f"-c unix_socket_directories={folder}"
    run(
        "pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"{options} {sockets}", "start"
    )
    try:
        yield f"postgresql+psycopg://grader@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")


def find_tools() -> Path:
    """Return the folder of the server's programs."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb") or (installed[-1] if installed else None)
    if found is None:
        sys.exit("PostgreSQL is not installed: apt-get install postgresql")
    return Path(found).parent


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


if __name__ == "__main__":
    main()
