"""load_untrusted gives plain tensors; it runs no code and refuses all else."""

import contextlib
import os
import pickle
from collections import OrderedDict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import expect_error, expect_true, say
from read_write_helpers import DISTINCT, exactly, odd_tensors, saved, saved_bytes

pytestmark = pytest.mark.exercise("read_write.load_untrusted")


class Payload:
    """Runs code, here a harmless mkdir, when it is unpickled."""

    def __init__(self, folder: str):
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.folder,)


def write_payload(path: Path, folder: str, how: str) -> None:
    if how == "a pickle":
        path.write_bytes(pickle.dumps({"a": Payload(folder)}))
    else:
        torch.save(
            {"weight": torch.zeros(3), "bias": Payload(folder)},
            path,
            _use_new_zipfile_serialization=how == "a file of torch.save",
        )


def load_payload(ex: Any, how: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "stranger.pt")
        write_payload(path, f"{folder}/made", how)
        ex.load_untrusted(path)


def payload_runs(ex: Any, how: str) -> bool:
    with TemporaryDirectory() as folder:
        path, made = Path(folder, "stranger.pt"), f"{folder}/made"
        write_payload(path, made, how)
        with contextlib.suppress(Exception):
            ex.load_untrusted(path)
        return os.path.isdir(made)


def load(ex: Any, obj: Any, kind: str = "") -> list[Any]:
    """Return what comes of a file with some bytes, or of `torch.save`."""
    obj = OrderedDict(obj) if kind == "OrderedDict" else obj
    obj = nn.Linear(2, 3) if kind == "a network" else obj
    with TemporaryDirectory() as folder:
        return exactly(ex.load_untrusted(saved(folder, obj)))


def test_untrusted_tensors_come_back_as_they_are(sweep, rng):
    tensors = odd_tensors(rng)

    sweep.cases(
        load,
        {
            "": (tensors,),
            "for an empty dict": ({},),
            "for empty and odd names": ({"": torch.ones(1), "größe": torch.ones(2)},),
            "for a parameter": ({"w": nn.Parameter(torch.randn(3))},),
            **{f"for {t.dtype}": ({"t": t},) for t in tensors.values()},
        },
        call="load_untrusted(path)",
        fault="load_untrusted does not give the file's tensors.",
    )


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "how", ["a file of torch.save", "an old file of torch.save", "a pickle"]
)
def test_untrusted_code_does_not_run(observe, sweep, how):
    call = say("load_untrusted(path) of {how} that asks to run code", how=how)

    sweep.cases(load, {"": ({"a": torch.randn(3)},)}, call="load_untrusted(path)")
    ran = observe(payload_runs, how, call=call)
    raised = observe.error(load_payload, how, call=call)

    expect_true(
        not ran,
        "load_untrusted runs the code in the file.",
        expected="nothing is run",
        got="the code ran",
        cause="weights_only=False, and pickle.load, call whatever the file names; "
        "so does a second try after weights_only=True failed",
    )
    expect_error(
        raised,
        ValueError,
        "load_untrusted does not refuse a file that asks to run code.",
        cause="an exception is caught, and none raised in its place",
    )


def test_untrusted_file_that_is_damaged_is_refused(sweep, rng):
    tensors = {"a": torch.randn(50), "b": torch.randn(9)}
    whole = saved_bytes(tensors)
    damaged = {
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

    sweep.cases(
        load,
        {"": (tensors,), **{when: (data,) for when, data in damaged.items()}},
        call="load_untrusted(path)",
        fault="load_untrusted does not give the file's tensors.",
        raises=(ValueError,),
        because=dict.fromkeys(
            damaged,
            "each kind of damage raises an exception of its own: catch Exception, and "
            "raise ValueError in its place",
        ),
    )


@pytest.mark.weight(2)
def test_untrusted_file_of_other_data_is_refused(sweep, rng):
    t = torch.randn(rng.choice(DISTINCT))
    others = {
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
    }

    sweep.cases(
        load,
        {
            "": ({"weight": t},),
            **{when: (obj,) for when, obj in others.items()},
            "for a network": (None, "a network"),
        },
        call="load_untrusted(path) of a harmless file",
        raises=(ValueError,),
        because=dict.fromkeys(
            others,
            "weights_only=True lets numbers, lists and dicts pass: look at what came",
        ),
    )
