"""A student's session in another language: nothing is said in English."""

import re

import pytest

PSEUDO = """
import re
import grader.language
from grader.speech import Speech

KEPT = re.compile(
    r"(`[^`]*`|\\{[^}]*\\}|https?://\\S+|make \\w+( EX=\\S+)?|exercises/\\S+)"
)


class Pseudo(Speech):
    def translate(self, text):
        parts = KEPT.split(text)
        parts[::3] = [re.sub("[aeiou]", lambda m: m[0] * 2, p) for p in parts[::3]]
        return "".join(parts[i] for i in range(len(parts)) if i % 3 != 2)

    def several(self, one, many, n):
        return self.translate(many)


grader.language.choose_language = lambda *_: Pseudo("xx")
"""
NAMES = re.compile(
    r"`[^`]*`|https?://\S+|make \w+( EX=\S+)?|exercises/\S+|\S*[._/=]\S*"
)
PLAIN = {"the", "of", "is", "it", "and", "not", "left", "read", "pass", "about"}


@pytest.fixture(scope="module")
def workspace(handed_out):
    return handed_out()


@pytest.mark.parametrize(
    "verb",
    [
        *(["next"], ["hint", "MLP"], ["progress"], ["list"], ["test", "MLP"]),
        *(["test", "nothing"], ["solution", "MLP"], ["reset"], ["reset", "MLP"]),
        *(["submit"], ["test", "--help"], ["--help"]),
    ],
    ids=" ".join,
)
def test_no_english_is_left(workspace, verb):
    done = workspace.run(*verb, startup=PSEUDO)

    words = re.findall(r"[a-z]+", NAMES.sub("", done.stdout + done.stderr))
    assert PLAIN.isdisjoint(words), done.stdout + done.stderr
    assert any(re.search("aa|ee|ii|oo|uu", word) for word in words)


def test_the_message_of_a_wrong_answer_is_in_the_language_too(workspace):
    path = workspace.exercises("model_construction")
    stub = path.read_text()
    try:
        path.write_text(stub.replace("raise NotStarted", "return 3", 1))
        done = workspace.run("test", "MLP", startup=PSEUDO)
    finally:
        path.write_text(stub)

    assert "Thee coodee raaiisees TypeError." in done.stdout
    assert re.search("^ +eexpeecteed +aa reesuult$", done.stdout, re.MULTILINE)
