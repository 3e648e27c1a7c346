"""load_untrusted gives plain tensors; it runs no code and refuses all else."""

import contextlib
import os
import pickle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_error, expect_true, say
from read_write_helpers import DISTINCT, expect_same, odd_tensors, saved_bytes

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


def load_bytes(ex: Any, data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "stranger.pt")
        path.write_bytes(data)
        ex.load_untrusted(path)


def load_saved(ex: Any, obj: Any) -> dict[str, Tensor]:
    with TemporaryDirectory() as folder:
        path = f"{folder}/stranger.pt"
        torch.save(obj, path)
        return ex.load_untrusted(path)


@pytest.mark.parametrize("kind", ["full", "empty"])
def test_untrusted_tensors_come_back_as_they_are(observe, rng, kind):
    tensors = odd_tensors(rng) if kind == "full" else {}

    loaded = observe(
        load_saved,
        tensors,
        call=say("load_untrusted(path) of a {kind} dict of tensors", kind=kind),
    )

    expect_same(loaded, tensors, "load_untrusted does not give the file's tensors.")


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "how", ["a file of torch.save", "an old file of torch.save", "a pickle"]
)
def test_untrusted_code_does_not_run(observe, how):
    call = say("load_untrusted(path) of {how} that asks to run code", how=how)

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


@pytest.mark.parametrize("how", ["empty", "a text", "cut off", "cut off early"])
def test_untrusted_file_that_is_damaged_is_refused(observe, rng, how):
    whole = saved_bytes({"a": torch.randn(50), "b": torch.randn(9)})
    data = {
        "empty": b"",
        "a text": b"hello, this is a text\n" * rng.randrange(1, 9),
        "cut off": whole[: -rng.randrange(1, 200)],
        "cut off early": whole[: rng.randrange(1, 200)],
    }[how]

    raised = observe.error(
        load_bytes,
        data,
        call=say("load_untrusted(path) of a file that is {how}", how=how),
    )

    expect_error(
        raised,
        ValueError,
        "load_untrusted does not refuse a damaged file with ValueError.",
        cause="an exception is caught, and none raised in its place",
    )


@pytest.mark.parametrize(
    "what", ["a tensor", "a list", "a number in it", "a dict in it", "an int as key"]
)
def test_untrusted_file_of_other_data_is_refused(observe, rng, what):
    t = torch.randn(rng.choice(DISTINCT))
    obj = {
        "a tensor": t,
        "a list": [t, t + 1],
        "a number in it": {"weight": t, "step": 3},
        "a dict in it": {"weight": t, "more": {"bias": t}},
        "an int as key": {0: t},
    }[what]

    raised = observe.error(
        load_saved,
        obj,
        call=say("load_untrusted(path) of a harmless file: {what}", what=what),
    )

    expect_error(
        raised,
        ValueError,
        "load_untrusted returns something else than a dict of tensors by name.",
        cause="weights_only=True lets numbers, lists and dicts pass: look at what came",
    )
