"""`overrides.toml`: what a person decided on points, signed as results are."""

from __future__ import annotations

import hmac
import json
from datetime import datetime
from typing import Any

from grader.errors import UNREAD
from grader.policy.overrides import NONE, Override, OverrideError, Overrides
from grader.results.output import OutputFolder
from grader.results.signature import signature
from grader.tables import TableReader
from grader.text import one_line
from grader.words import say

FILE = "overrides.toml"
HEAD = "# What a person decided on points. `grader override` writes this file.\n"
REQUIRED = {
    "student": str,
    "exercise": str,
    "reason": str,
    "by": str,
    "at": datetime,
}
OPTIONAL = {"points": float, "automatic": float, "drop": str}


def read_overrides(output: OutputFolder) -> Overrides:
    """Return what was decided on the class of a folder; nothing without a file.

    Raises:
        OverrideError: the file cannot be read, or was changed by somebody else.
    """
    path = output.path / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return NONE
    except (OSError, UnicodeDecodeError) as error:
        raise OverrideError(UNREAD, path=path, error=error) from error
    first, _, body = text.partition("\n")
    expected = f'signature = "{signature(body, output.secret)}"'
    if not hmac.compare_digest(first.encode(), expected.encode()):
        raise OverrideError(
            "{path} was changed, or is of another course: put back what "
            "`grader override` wrote, or remove the file and decide anew",
            path=path,
        )
    reader = TableReader(str(path), OverrideError)
    entries = reader.parse(body).get("override", [])
    return Overrides(tuple(to_override(reader, entry) for entry in entries))


def to_override(reader: TableReader, data: dict[str, Any]) -> Override:
    """Return one decision of the file."""
    kinds = REQUIRED | {name: OPTIONAL[name] for name in data.keys() & OPTIONAL.keys()}
    return Override(**reader.table(data, say("an override"), kinds))


def write_overrides(output: OutputFolder, overrides: Overrides) -> None:
    """Write what was decided, whole.

    Raises:
        WriteError: it cannot be written.
    """
    body = HEAD + "".join(map(to_toml, overrides.entries))
    output.write(FILE, f'signature = "{signature(body, output.secret)}"\n{body}')


def to_toml(entry: Override) -> str:
    """Return one decision as a table."""
    lines = ["\n[[override]]"]
    for name in (*REQUIRED, *OPTIONAL):
        value = getattr(entry, name)
        if isinstance(value, datetime):
            lines.append(f"{name} = {value.isoformat()}")
        elif isinstance(value, str) and (value or name in REQUIRED):
            text = json.dumps(one_line(value), ensure_ascii=False)
            lines.append(f"{name} = {text}")
        elif isinstance(value, float | int):
            lines.append(f"{name} = {float(value)!r}")
    return "\n".join(lines) + "\n"
