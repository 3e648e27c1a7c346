"""YAML as a tree of texts that know their lines; nothing is constructed from tags.

Events of the parser are taken one by one, so that neither depth nor anchors nor tags
of a hostile file do anything: what lies too deep is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from grader.errors import GraderError

MAX_DEPTH = 5
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(GraderError):
    """The text is not what it should be; the message begins with the line."""


@dataclass(frozen=True)
class Node:
    """A value of a document and the line where it begins."""

    line: int
    value: str | list[Node] | dict[str, Node] | None
    """None for an alias, and for what lies too deep."""

    def text(self) -> str:
        """Return a text or a number as it stands there; empty for null."""
        if not isinstance(self.value, str):
            raise YamlError("line {line}: a text should stand here", line=self.line)
        return "" if self.value in ("null", "~") else self.value

    def entries(self) -> list[Node]:
        """Return the entries of a list."""
        if not isinstance(self.value, list):
            raise YamlError("line {line}: a list should stand here", line=self.line)
        return self.value

    def mapping(self) -> dict[str, Node]:
        """Return the entries of a mapping."""
        if not isinstance(self.value, dict):
            raise YamlError("line {line}: a mapping should stand here", line=self.line)
        return self.value


def parse_yaml(data: bytes) -> Node:
    """Return the tree of a document.

    Raises:
        YamlError: it is no YAML, or a key stands twice in a mapping.
    """
    try:
        events = iter(yaml.parse(data, Loader=LOADER))
        for event in events:
            if isinstance(event, (yaml.NodeEvent)):
                return build(event, events, 0)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(
            "line {line}: {problem}",
            line=mark.line + 1 if mark else "?",
            problem=error.problem or error.context,
        ) from error
    except yaml.YAMLError as error:
        raise YamlError(" ".join(str(error).split())) from error
    raise YamlError("line 1: it is empty")


def build(event: Any, events: Iterator[Any], depth: int) -> Node:
    """Return the value that begins with an event, and take all its events."""
    line = event.start_mark.line + 1
    if isinstance(event, yaml.ScalarEvent):
        return Node(line, event.value)
    if isinstance(event, yaml.AliasEvent):
        return Node(line, None)
    if depth == MAX_DEPTH:
        pass_over(events)
        return Node(line, None)
    if isinstance(event, yaml.SequenceStartEvent):
        return Node(line, [build(e, events, depth + 1) for e in members(events)])
    mapping: dict[str, Node] = {}
    for first in members(events):
        key = build(first, events, depth + 1)
        value = build(next(events), events, depth + 1)
        name = key.text()
        if name in mapping:
            raise YamlError(
                "line {line}: {name} stands in line {first} too",
                line=key.line,
                name=name,
                first=mapping[name].line,
            )
        mapping[name] = value
    return Node(line, mapping)


def members(events: Iterator[Any]) -> Iterator[Any]:
    """Yield the first event of each value until the collection ends."""
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            return
        yield event


def pass_over(events: Iterator[Any]) -> None:
    """Take all events of a collection that has just begun."""
    depth = 1
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            if depth == 0:
                return
