"""The pairs that `grader similar` found come back as they were, or not at all."""

import pytest

from grader.results.similar_pairs import (
    FILE,
    PairsError,
    SimilarPair,
    read_pairs,
    to_text,
)

PAIR = SimilarPair("ana", 'e"ve', {"parameters": 0.75}, "pair-001.html")


def test_pairs_come_back_as_they_were(tmp_path):
    (tmp_path / FILE).write_text(to_text([PAIR]))
    assert read_pairs(tmp_path) == [PAIR]


def test_there_are_none_where_nobody_has_looked(tmp_path):
    assert read_pairs(tmp_path / "similar") == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"ana"', "7"),
        ("0.75", '"much"'),
        ("pair-001.html", "../../etc/passwd"),
        ("}", ""),
        ('"pairs"', '"others"'),
    ],
)
def test_what_was_changed_is_refused(tmp_path, old, new):
    text = to_text([PAIR])
    assert old in text
    (tmp_path / FILE).write_text(text.replace(old, new))
    with pytest.raises(PairsError, match=r"pairs\.json cannot be read: run"):
        read_pairs(tmp_path)
