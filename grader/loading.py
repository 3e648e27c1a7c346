"""Load much at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Import in this block what is large and stays.

    The garbage collector would go through all of it, again and again, and find nothing:
    a fifth of the time that torch's import takes. Nor does it later, which would copy
    the pages that forks have in common.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
