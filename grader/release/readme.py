"""The handout's README, in each of the course's languages."""

from __future__ import annotations

from pathlib import Path
from string import Template

from grader.syllabus import Syllabus

LABELS = {"en": "In English", "pt-BR": "Em português"}


def make_readmes(templates: Path, syllabus: Syllabus) -> dict[str, bytes]:
    """Return the files by name; the course's first language is that of README.md."""
    course = syllabus.course
    names = {
        language: f"README.{language}.md" if number else "README.md"
        for number, language in enumerate(course.languages)
    }
    first = next(iter(syllabus.exercises.values()))
    made = {}
    for language, name in names.items():
        others = [f"[{LABELS[x]}]({n})" for x, n in names.items() if x != language]
        text = Template((templates / f"{language}.md").read_text(encoding="utf-8"))
        made[name] = text.substitute(
            title=course.title,
            book=f"[{course.book}]({course.url})",
            others=f"\n({', '.join(others)})" if others else "",
            topic=first.topic,
            symbol=first.symbols[0],
        ).encode()
    return made
