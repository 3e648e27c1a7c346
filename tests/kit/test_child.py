"""A child answers over its socket, is ended, and its last words are kept."""

import signal
import sys

import pytest

from grader.child import MAX_PRINTED, MAX_WORDS, Child, Printed

HEAD = "import socket, sys; judge = socket.socket(fileno=int(sys.argv[1]))\n"
UNTIL_HUNG_UP = "judge.recv(1)\n"
FOR_EVER = "import time\nwhile True: time.sleep(60)\n"


@pytest.fixture
def start(tmp_path):
    children = []

    def start(code, *arguments):
        program = [sys.executable, "-ISc", HEAD + code]
        children.append(Child(program, *arguments, folder=tmp_path))
        return children[-1]

    yield start
    for child in children:
        child.end()


def test_a_child_is_told_its_end_of_the_socket_and_what_else_it_needs(start):
    child = start("judge.sendall(sys.argv[2].encode())", "limits")

    assert child.channel.recv(10) == b"limits"


def test_a_child_that_ends_when_hung_up_on_is_not_killed(start):
    child = start(UNTIL_HUNG_UP + "sys.exit(3)")

    assert child.end(60) == 3


def test_a_child_that_stays_is_killed(start):
    child = start("judge.sendall(b'+')\n" + FOR_EVER)
    child.channel.recv(1)

    assert child.end() == -signal.SIGKILL


def test_the_last_words_are_there_before_and_after_the_end(start):
    code = f"print('x' * {MAX_WORDS}, 'lost', file=sys.stderr)\njudge.sendall(b'+')\n"
    child = start(code + UNTIL_HUNG_UP)
    child.channel.recv(1)

    before = child.last_words()
    child.end(60)

    assert before.endswith("xx lost")
    assert len(before) == MAX_WORDS
    assert child.last_words() == before


def test_what_a_child_prints_when_hung_up_on_is_kept(start):
    child = start(UNTIL_HUNG_UP + "print('bye', file=sys.stderr)")

    child.end(60)

    assert child.last_words() == "bye"


def test_what_is_printed_is_told_once_and_cut():
    printed, told = Printed(), []
    for text in ("one\n", "x" * (MAX_PRINTED + 8), "three\n"):
        printed.file.write(text.encode())
        printed.file.flush()
        told.append(printed.news())
    printed.close()

    assert told[0] == "one\n"
    assert told[1] == "x" * MAX_PRINTED + "\n… 8 more bytes"
    assert told[2] == "three\n"
