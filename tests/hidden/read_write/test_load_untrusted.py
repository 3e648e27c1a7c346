"""load_untrusted gives plain tensors; it runs no code and refuses all else."""

import os
import pickle
from collections import OrderedDict
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import nn

from read_write_helpers import (
    DISTINCT,
    KEPT,
    copied,
    in_turn,
    oddities,
    packed,
    raised,
    saved,
)

pytestmark = pytest.mark.exercise("read_write.load_untrusted")


class Payload:
    """Runs code when it is unpickled, here one that removes a file."""

    def __init__(self, path: str):
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.remove, (self.path,)


def load(ex: Any, *files: bytes) -> list[Any]:
    return [copied(tensors) for tensors in in_turn(ex.load_untrusted, *files)]


def load_or_refuse(ex: Any, obj: Any, code: str = "") -> list[Any]:
    """Return what is raised, and what a file holds that code in the file removes."""
    with TemporaryDirectory() as folder:
        victim = saved(folder, torch.rand(4).numpy().tobytes())
        runs = {"weight": torch.zeros(3), "bias": Payload(str(victim))}
        if code:
            pickled = code == "pickle"
            obj = pickle.dumps(runs) if pickled else packed(runs, old=code == "old")
        what = raised(lambda: in_turn(ex.load_untrusted, obj))
        return [what, victim.read_bytes() if victim.exists() else "the code ran"]


def test_untrusted_tensors_come_back_as_they_are(sweep, rng):
    tensors = oddities(rng)
    ordered = "for an OrderedDict, as every state dict is"
    files = {
        "": tensors,
        ordered: OrderedDict(tensors),
        "for an empty dict": {},
        "for empty and odd names": {"": torch.ones(1), "größe": torch.ones(2)},
        "for a parameter": {"w": nn.Parameter(torch.randn(3))},
    }
    cases = {when: (packed(file),) for when, file in files.items()}

    sweep.cases(
        load,
        {**cases, "for another file at the path": cases[""] + cases["for a parameter"]},
        call="load_untrusted(path)",
        fault="load_untrusted does not give the file's tensors.",
        tolerance="bits",
        slips=KEPT,
        because={ordered: "isinstance takes subclasses of dict, too"},
    )


def damaged(rng, whole: bytes) -> dict[str, Any]:
    return {
        "for an empty file": b"",
        "for a file of one byte": b"\x80",
        "for a text": b"hello, this is a text\n" * rng.randrange(1, 9),
        "for zeros": bytes(100),
        "for a file that is cut off": whole[: -rng.randrange(1, 200)],
        "for a file that is cut off in the middle": whole[: len(whole) // 2],
        "for a file that is cut off early": whole[: rng.randrange(1, 200)],
        "for a pickle that is cut off": pickle.dumps({"a": 1})[:-3],
        "for a pickle that is cut off in a number": b"\x80\x02M",
        "for a pickle of a dict with a list as key": b"\x80\x02}]K\x01s.",
        "for a pickle of what is not there": b"\x80\x02ha.",
        "for a file with other bytes in it": whole.replace(b"Storage", b"Garbage"),
        "for the end of a file": whole[len(whole) // 2 :],
    }


def others(rng) -> dict[str, Any]:
    t = torch.randn(rng.choice(DISTINCT))
    return {
        "for a tensor": t,
        "for a list": [t, t + 1],
        "for a tuple of pairs": (("weight", t),),
        "for a dict with a number in it": {"weight": t, "step": 3},
        "for a dict with a text in it": {"weight": t, "note": "text"},
        "for a dict with a number at its start": {"step": 3.0, "weight": t},
        "for an empty dict in a dict": {"w": t, "more": {}},
        "for an empty list in a dict": {"w": t, "more": []},
        "for None in a dict": {"w": t, "more": None},
        "for an int as key": {0: t},
        "for a tuple as key": {"weight": t, ("a", 1): t},
        "for None": None,
        "for a text": "text",
        "for a network": nn.Linear(2, 3),
    }


SWALLOWED = "an exception is caught, and none raised in its place"
PASSED = "weights_only=True lets numbers, lists and dicts pass: look at what came"
CODE = {
    "for a file that asks to run code": (None, "zip"),
    "for an old file that asks to run code": (None, "old"),
    "for a pickle that asks to run code": (None, "pickle"),
}


@pytest.mark.weight(6)
@pytest.mark.parametrize("what", ["code", "damage", "others"])
def test_untrusted_file_of_anything_else_is_refused(sweep, rng, what):
    right = packed({"a": torch.randn(50), "b": torch.randn(9)})
    files: dict[str, dict[str, Any]] = {
        "code": CODE,
        "damage": {when: (data,) for when, data in damaged(rng, right).items()},
        "others": {when: (obj,) for when, obj in others(rng).items()},
    }

    sweep.cases(load, {"": (right,)}, call="load_untrusted(path)")
    for when, args in files[what].items():
        sweep.cases(
            load_or_refuse,
            {when: args},
            call="load_untrusted(path)",
            slips={
                "it runs the code in the file: weights_only=False, and pickle.load, "
                "call whatever the file names; so does a second try after "
                "weights_only=True failed": lambda got: got[1] == "the code ran",
                PASSED if what == "others" else SWALLOWED: (
                    lambda got: got[0] == "no exception"
                ),
                "each kind of damage raises an exception of its own: catch Exception, "
                "and raise ValueError in its place": lambda got: what == "damage",
            },
        )
