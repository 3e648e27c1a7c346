"""The handout's README, in each of the course's languages."""

from __future__ import annotations

from pathlib import Path
from string import Template

from grader.language import folders_of
from grader.layout import Layout
from grader.speech import ENGLISH, Speech, spoken
from grader.syllabus import Syllabus

LABELS = {"en": "In English", "pt-BR": "Em português"}


def make_readmes(
    templates: Path, syllabus: Syllabus, layout: Layout
) -> dict[str, bytes]:
    """Return the files by name.

    README.md is in the course's first language, or in the other one that is spoken.
    """
    course = syllabus.course
    own = spoken().replace("_", "-") if spoken() != ENGLISH else ""
    languages = sorted(course.languages, key=lambda language: language != own)
    names = {
        language: f"README.{language}.md" if number else "README.md"
        for number, language in enumerate(languages)
    }
    first = next(iter(syllabus.exercises.values()))
    made = {}
    for language, name in names.items():
        others = [f"[{LABELS[x]}]({n})" for x, n in names.items() if x != language]
        text = Template((templates / f"{language}.md").read_text(encoding="utf-8"))
        speech = Speech(language.replace("-", "_"), *folders_of(layout))
        title, book, url = map(
            speech.translate, (course.title, course.book, course.url)
        )
        made[name] = text.substitute(
            title=title,
            book=f"[{book}]({url})",
            others=f"\n({', '.join(others)})" if others else "",
            topic=first.topic,
            symbol=first.symbols[0],
        ).encode()
    return made
