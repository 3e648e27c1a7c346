"""Exceptions that learners meet, and what is mostly behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.observe.finding import Raised
from grader.words import Words

NO_RETURN = "a function or a forward without return gives None"
_CAUSES: tuple[tuple[str, str], ...] = (
    (
        r"cannot assign .* before Module\.__init__\(\) call|"
        r"has no attribute '_(modules|parameters|buffers|backward_hooks)'",
        "call super().__init__() before you assign anything to self",
    ),
    (
        r"^AttributeError: module '\w+' has no attribute",
        "the exercise's function or class is missing from the file, or misspelt",
    ),
    (
        r"missing the required \"forward\" function",
        "forward is missing, misspelt, or indented outside its class",
    ),
    (r"'NoneType' object", NO_RETURN),
    (
        r"module name should be a string|"
        r"can only concatenate str \(not \"int\"\) to str",
        "names of submodules are strings: use str(i)",
    ),
    (
        r"Unexpected key\(s\) in state_dict",
        "what a plain attribute or list holds is not saved: register it "
        "(register_buffer, nn.Parameter, a module)",
    ),
    (
        r"Missing key\(s\) in state_dict",
        "parameters or buffers have other names than the state dict, or are missing",
    ),
    (
        r"Attempted to use an uninitialized parameter|UninitializedParameter",
        "a lazy layer has no shape yet: run the network once before",
    ),
    (
        r"not on the expected device|Expected all tensors to be on the same device",
        "data and parameters are on two devices: perhaps the network stays where it is",
    ),
    (
        r"Cannot copy out of meta tensor",
        "a tensor on the meta device has no data: make it with to_empty, then fill it",
    ),
    (
        r"must have the same dtype|same dtype, but got",
        "two tensors of different dtypes meet: let one follow the other's dtype",
    ),
    (
        r"a leaf Variable that requires grad is being used in an in-place operation",
        "change parameters in place under torch.no_grad()",
    ),
    (
        r"mat1 and mat2 shapes cannot be multiplied",
        "the last dimension of the input does not fit the layer's in_features",
    ),
    (
        r"^NameError|^UnboundLocalError",
        "the name has no value there: it is misspelt, assigned later, or not imported",
    ),
    (
        r"^ImportError|^ModuleNotFoundError",
        "an import at the top of the file is misspelt, or of a package that is missing",
    ),
    (
        r"maximum recursion depth",
        "a function or a forward calls itself without end",
    ),
    (
        r"^EOFError: EOF when reading a line|reading from stdin while output is captur",
        "nobody answers input() or a debugger here: make test asks in a terminal",
    ),
    (r"DefaultCPUAllocator|^MemoryError", "far more memory is asked for than needed"),
)


def likely_cause(
    raised: Raised, causes: Mapping[str, Words] | None = None
) -> Words | None:
    """Return what is mostly behind an exception, or None.

    Args:
        raised: the exception.
        causes: what is behind it in this test, by a pattern of `Class: message`; they
            come before those that hold everywhere.
    """
    text = f"{raised.types[0]}: {raised.message}"
    for pattern, cause in (*(causes or {}).items(), *_CAUSES):
        if re.search(pattern, text):
            return cause
    return None
