"""A Python file is read in one way, and what cannot be read is told by its line."""

import pytest

from grader.errors import GraderError
from grader.source import BrokenCodeError, decode, read_source


class DeskError(GraderError):
    pass


def test_files_of_other_editors_are_read_alike():
    windows = b"\xef\xbb\xbfx = 1\r\ny = '\xc3\xa9'\r\n"

    assert decode(windows) == "x = 1\ny = 'é'\n"


def test_a_declared_encoding_is_obeyed():
    assert decode(b"# coding: latin-1\nx = '\xe9'\n").endswith("x = 'é'\n")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x = 1\ny = '\xe9'\n", "line 2 holds the byte 0xe9. Save it as UTF-8$"),
        (b"# coding: klingon\n", "^not UTF-8 text. Save it as UTF-8$"),
        (b"# coding: undefined\n", "^not UTF-8 text. Save it as UTF-8$"),
        (b"# coding: punycode\nx-!", "^not UTF-8 text. Save it as UTF-8$"),
        ("x = 1".encode("utf-16"), "^not UTF-8 text"),
    ],
)
def test_a_file_in_another_encoding_is_told(data, says):
    with pytest.raises(BrokenCodeError, match=says):
        decode(data)


@pytest.mark.parametrize(
    ("data", "says"), [(None, "No such file"), (b"#\n#\n\xe9", "line 3")]
)
def test_a_file_of_the_kit_that_cannot_be_read_is_named(tmp_path, data, says):
    path = tmp_path / "layers.py"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(DeskError, match=f"layers.py.*: .*{says}"):
        read_source(path, DeskError)
