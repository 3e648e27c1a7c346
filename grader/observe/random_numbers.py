"""Random numbers of a scenario's own, as another process would have."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def forked_random_numbers(seed: int) -> Iterator[None]:
    """Seed both generators, and bring them back to where they were."""
    python_state = random.getstate()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        random.seed(seed)
        yield
    random.setstate(python_state)
