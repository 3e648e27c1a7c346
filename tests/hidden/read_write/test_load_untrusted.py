"""load_untrusted gives plain tensors; it runs no code and refuses all else."""

import os
import pickle
from collections import OrderedDict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import nn

from read_write_helpers import (
    DISTINCT,
    exactly,
    odd_tensors,
    outcome,
    saved,
    saved_bytes,
)

pytestmark = pytest.mark.exercise("read_write.load_untrusted")


class Payload:
    """Runs code when it is unpickled, here one that removes a file."""

    def __init__(self, path: str):
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.remove, (self.path,)


def load(ex: Any, obj: Any) -> list[Any]:
    """Return what comes of a file with some bytes, or of `torch.save`."""
    with TemporaryDirectory() as folder:
        return exactly(ex.load_untrusted(saved(folder, obj)))


def load_or_refuse(ex: Any, obj: Any, code: str = "") -> list[Any]:
    """Return what comes of a file, or is raised, and whether code in it has run."""
    with TemporaryDirectory() as folder:
        path, victim = Path(folder, "file.pt"), Path(folder, "victim")
        runs = {"weight": torch.zeros(3), "bias": Payload(str(victim))}
        victim.write_bytes(torch.rand(4).numpy().tobytes())
        if code == "pickle":
            path.write_bytes(pickle.dumps(runs))
        elif code:
            torch.save(runs, path, _use_new_zipfile_serialization=code == "zip")
        else:
            saved(folder, obj, path.name)
        what = outcome(lambda: exactly(ex.load_untrusted(path)))
        return [what, victim.read_bytes() if victim.exists() else "the code ran"]


def test_untrusted_tensors_come_back_as_they_are(sweep, rng):
    tensors = odd_tensors(rng)

    sweep.cases(
        load,
        {
            "": (tensors,),
            "for an OrderedDict, as every state dict is": (OrderedDict(tensors),),
            "for an empty dict": ({},),
            "for empty and odd names": ({"": torch.ones(1), "größe": torch.ones(2)},),
            "for a parameter": ({"w": nn.Parameter(torch.randn(3))},),
            **{f"for {t.dtype}": ({"t": t},) for t in tensors.values()},
        },
        call="load_untrusted(path)",
        fault="load_untrusted does not give the file's tensors.",
        because={
            "for an OrderedDict, as every state dict is": "isinstance takes subclasses "
            "of dict, a comparison of types does not"
        },
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
        "for the end of a file": whole[len(whole) // 2 :],
    }


def others(rng) -> dict[str, Any]:
    t = torch.randn(rng.choice(DISTINCT))
    return {
        "for a tensor": t,
        "for a list": [t, t + 1],
        "for a tuple of pairs": (("weight", t),),
        "for a dict with a number in it": {"weight": t, "step": 3},
        "for a dict with None in it": {"weight": t, "bias": None},
        "for a dict with a text in it": {"weight": t, "note": "text"},
        "for a dict with a number at its start": {"step": 3.0, "weight": t},
        "for a dict in a dict": {"weight": t, "more": {"bias": t}},
        "for a list in a dict": {"weight": t, "more": [t]},
        "for an int as key": {0: t},
        "for a tuple as key": {"weight": t, ("a", 1): t},
        "for None": None,
        "for a text": "text",
        "for a network": nn.Linear(2, 3),
    }


SWALLOWED = "an exception is caught, and none raised in its place"
SILENCE = {
    "code": SWALLOWED,
    "damage": SWALLOWED,
    "others": "weights_only=True lets numbers, lists and dicts pass: look at what came",
}


@pytest.mark.weight(6)
@pytest.mark.parametrize("what", SILENCE)
def test_untrusted_file_of_anything_else_is_refused(sweep, rng, what):
    tensors = {"a": torch.randn(50), "b": torch.randn(9)}
    files: dict[str, Any] = {
        "code": {
            "for a file that asks to run code": (None, "zip"),
            "for an old file that asks to run code": (None, "old"),
            "for a pickle that asks to run code": (None, "pickle"),
        },
        "damage": {w: (b,) for w, b in damaged(rng, saved_bytes(tensors)).items()},
        "others": {when: (obj,) for when, obj in others(rng).items()},
    }

    fine = {f"for file {i} of tensors": (tensors,) for i in range(1, 4)}
    slips = {
        "it runs the code in the file: weights_only=False, and pickle.load, call "
        "whatever the file names; so does a second try after weights_only=True "
        "failed": lambda got: got[1] == "the code ran",
        SILENCE[what]: lambda got: type(got[0]) is not str,
        "each kind of damage raises an exception of its own: catch Exception, and "
        "raise ValueError in its place": lambda got: what == "damage",
    }
    sweep.cases(
        load_or_refuse,
        {"": (tensors,), **fine, **files[what]},
        call="load_untrusted(path)",
        because=dict.fromkeys(files[what], slips),
    )
