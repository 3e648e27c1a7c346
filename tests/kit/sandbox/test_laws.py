"""What a call changes for the whole process is seen."""

import os
import random
import threading
import warnings

import pytest
import torch
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)

from grader.sandbox import laws


@pytest.fixture
def put_back():
    """Bring back what a test changes on purpose."""
    cwd, environ, filters = os.getcwd(), dict(os.environ), list(warnings.filters)
    seed, threads = torch.initial_seed(), torch.get_num_threads()
    yield
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    warnings.filters[:] = filters
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda: torch.set_default_dtype(torch.float64), "default_dtype"),
        (lambda: torch.set_grad_enabled(False), "grad_mode"),
        (lambda: torch.manual_seed(torch.initial_seed() + 1), "seed"),
        (lambda: torch.set_num_threads(torch.get_num_threads() + 1), "num_threads"),
        (lambda: os.chdir("/"), "cwd"),
        (lambda: os.environ.update(LAWS="x"), "environ"),
        (lambda: warnings.simplefilter("ignore", append=True), "warnings"),
    ],
)
def test_a_change_is_named(put_back, change, name):
    before = laws.look()

    change()

    assert laws.broken(before) == [name]


def test_hooks_on_all_modules_that_stay_are_named():
    before = laws.look()

    first = register_module_forward_pre_hook(lambda *_: None)
    second = register_module_forward_hook(lambda *_: None)
    named = laws.broken(before)
    first.remove()
    half_way = laws.broken(before)
    second.remove()

    assert named == half_way == ["module_hooks"]
    assert laws.broken(before) == []


def test_what_torch_sets_for_itself_breaks_no_law(put_back):
    before = laws.look()

    os.environ["TORCHINDUCTOR_CACHE_DIR"] = "set by the first step of an optimizer"

    assert laws.broken(before) == []


def test_a_thread_and_a_file_that_stay_are_named():
    before, end = laws.look(), threading.Event()
    thread = threading.Thread(target=end.wait)

    with open(os.devnull):
        thread.start()
        named = laws.broken(before)
        end.set()
    thread.join()

    assert named == ["threads", "open_files"]
    assert laws.broken(before) == []


def test_drawing_random_numbers_breaks_no_law():
    before = laws.look()

    torch.rand(3)
    random.random()

    assert laws.broken(before) == []
