"""Whether a course is said in its other languages as it is in English."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from grader.catalogues.check import GLOSSARIES, check_catalogue, read_glossary
from grader.catalogues.found import Found
from grader.catalogues.po import path_of, read_catalogue, to_mo
from grader.language import folders_of, languages_in
from grader.layout import Layout


def check_texts(layout: Layout, texts: Iterable[tuple[str, Found]]) -> Iterator[str]:
    """Yield what is wrong with the catalogues of each language.

    Args:
        layout: where the course lies.
        texts: what is to be translated, with the name of its catalogue.
    """
    founds: dict[str, list[Found]] = defaultdict(list)
    for name, found in texts:
        founds[name].append(found)
    (folder,) = folders_of(layout)
    for language in sorted(languages_in(folder)):
        glossary = read_glossary(layout.root / GLOSSARIES.get(language, ""))
        for name, mine in founds.items():
            path = path_of(folder, language, name)
            catalogue = read_catalogue(path, language)
            place = path.relative_to(layout.root)
            for problem in check_catalogue(catalogue, mine, glossary):
                yield f"{place}: {problem}"
            compiled = path.with_suffix(".mo")
            if not compiled.exists() or compiled.read_bytes() != to_mo(catalogue):
                yield f"{place}: is not compiled: grader messages"
