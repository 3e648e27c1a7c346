"""All that the kit tells people is marked: no text is in English alone."""

import ast
import re
from collections import defaultdict

import pytest
from rich.errors import StyleSyntaxError
from rich.style import Style

from grader.catalogues.found import docstrings_of, read_tree
from grader.catalogues.tests import is_text, patterns_of
from grader.cli.messages import texts_of
from grader.layout import KIT, PACKAGE

BESIDE_STUDENTS = ("sim/", "sandbox/wire.py", "sandbox/run_cells.py")
"""What runs in the student's process, and raises as Python and PyTorch do there."""
OF_PROGRAMMERS = {"TypeError", "ImportError", "AttributeError", "UsageError"}
"""Errors that tell whoever writes tests, under pytest, what is wrong with them."""
AS_THEY_ARE = {
    "SIS User ID": "Canvas calls a column so",
    "SIS Login ID": "Canvas calls a column so",
    "Python 3 (ipykernel)": "Jupyter calls its kernel so",
    "In English": "who looks for this language reads it",
    "Em português": "who looks for this language reads it",
    "the address in the other language": "a note for translators",
    "Where nothing better can be had, use no sandbox.": "nbgrader's help is English",
    "Limits to change, as memory=4GiB.": "nbgrader's help is English",
}
"""Texts that are to stay so, and why."""
PRINTERS = {
    *("print", "print_plain", "print_error", "print_wrapped", "print_message"),
    *("plain", "Text", "assemble", "add_row", "add_column"),
}
"""What shows its arguments as they are."""
COMMAND = re.compile(r"(grader|make|python -m|ulimit|exec) |--[a-z]|<|::")
"""How a command line begins, and what only programs read."""
WORD = re.compile(r"[^\W\d_]{2,}")
FIELD = re.compile(r"\{(\w*)\}")


def template_of(node):
    """Return the text of a string, with a field for each value in it; None for none."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(
                p.value if isinstance(p, ast.Constant) else "{}" for p in parts
            )
    return None


def unread(tree):
    """Yield what is searched for, and what nobody but a programmer reads."""
    yield from docstrings_of(tree)
    yield from patterns_of(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=args):
                yield from args
            case ast.Raise(
                exc=ast.Call(
                    func=ast.Name(id=name) | ast.Attribute(attr=name), args=args
                )
            ) if name in OF_PROGRAMMERS:
                yield from args
            case ast.Assert(msg=ast.expr() as message):
                yield message
            case ast.Compare(left=left, comparators=others):
                yield from (left, *others)
            case ast.FormattedValue(format_spec=ast.JoinedStr() as form):
                yield form


def strings_of(tree):
    """Yield each string that somebody may read, its line and its text."""
    silent = {id(part) for node in unread(tree) for part in ast.walk(node)}
    for node in ast.walk(tree):
        text = template_of(node)
        if text is not None and id(node) not in silent:
            if isinstance(node, ast.JoinedStr):
                silent |= {id(part) for part in node.values}
            yield node.lineno, text


def printed_in(tree):
    """Yield the strings that are shown just where they stand, with their lines."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name), args=args
            ) if name in PRINTERS:
                for given in args:
                    parts = given.elts if isinstance(given, ast.Tuple) else [given]
                    texts = map(template_of, parts)
                    yield from ((node.lineno, text) for text in texts if text)


def is_plain(text):
    """Say whether a text is a command, markup or a style."""
    if COMMAND.match(text.strip()):
        return True
    try:
        Style.parse(text)
    except StyleSyntaxError:
        return False
    return True


def needs_no_words(text):
    """Say whether a text is code, a name in capitals, or none for people."""
    bare = FIELD.sub(lambda field: field[1] or "value", text)
    return (
        text in AS_THEY_ARE
        or text.isupper()
        or is_plain(text)
        or not (is_text(bare) and is_text(text))
    )


@pytest.fixture(scope="module")
def marked():
    return {text for _, found in texts_of(KIT) for text in (found.text, found.many)}


def unmarked(tree, marked):
    """Return the texts of a module that people may read, and that are not marked."""
    texts = [(line, t) for line, t in strings_of(tree) if not needs_no_words(t)]
    texts += [
        (line, text)
        for line, text in printed_in(tree)
        if WORD.search(FIELD.sub("", text)) and not is_plain(text)
    ]
    return {(line, text) for line, text in texts if text not in marked}


def test_every_text_that_people_read_is_marked(marked):
    found = defaultdict(set)
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(BESIDE_STUDENTS):
            found[name] |= unmarked(read_tree(path), marked)

    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ('raise SomeError(f"{path}: is gone")', ["{}: is gone"]),
        ('self.fail(entry, "has no name")', ["has no name"]),
        ('yield "no file is there"', ["no file is there"]),
        ('what = "it is gone"', ["it is gone"]),
        ('print_plain("done")', ["done"]),
        ('out.print(Text.assemble(("done", "red"), name))', ["done"]),
        ('print_plain(f"{name}: {_(outcome)}", "bold red")', []),
        ('print_plain(_("{n} tests wait"))', []),
        ('raise TypeError("for programmers alone")', []),
        ('re.compile("a pattern of words")', []),
        ('"""A docstring."""', []),
        ('body = "def {symbol}(x):\\n    return {value}"', []),
    ],
)
def test_what_people_read_is_told_from_what_they_do_not(code, told):
    found = unmarked(ast.parse(code), {"{n} tests wait"})

    assert [text for _, text in found] == told


def test_what_is_left_as_it_is_stands_somewhere():
    trees = [read_tree(path) for path in PACKAGE.rglob("*.py")]
    there = {text for tree in trees for _, text in strings_of(tree)}

    assert AS_THEY_ARE.keys() - there == set()
