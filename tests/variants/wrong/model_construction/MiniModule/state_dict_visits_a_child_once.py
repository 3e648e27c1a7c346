"""Descends into each child once, so one with two names has its parameters under one only.

Breaks: "Return every name of every parameter with the parameter" and "a parameter with
several names comes under each."

says: state_dict has every name
"""

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor


class MiniModule:
    training: bool

    def __init__(self) -> None:
        self.training = True
        self._hooks = {}
        self._made = 0

    def _members(self) -> Iterator[tuple[str, Any]]:
        for name, value in vars(self).items():
            if isinstance(value, list):
                for i, item in enumerate(value):
                    yield f"{name}.{i}", item
            else:
                yield name, value

    def _own(self) -> Iterator[tuple[str, Tensor]]:
        for name, value in self._members():
            if isinstance(value, Tensor) and value.is_leaf and value.requires_grad:
                yield name, value

    def _walk(self) -> Iterator[tuple[str, Tensor]]:
        yield from self._own()
        seen: set[int] = set()
        for name, value in self._members():
            if isinstance(value, MiniModule) and id(value) not in seen:
                seen.add(id(value))
                for inner, parameter in value._walk():
                    yield f"{name}.{inner}", parameter

    def __call__(self, *args: Any) -> Any:
        output = self.forward(*args)
        for hook in list(self._hooks.values()):
            result = hook(self, args, output)
            if result is not None:
                output = result
        return output

    def register_forward_hook(self, hook: "Hook") -> Callable[[], None]:
        key = self._made
        self._made += 1
        self._hooks[key] = hook

        def remove() -> None:
            self._hooks.pop(key, None)

        return remove

    def children(self) -> Iterator["MiniModule"]:
        seen: set[int] = set()
        for _, value in self._members():
            if isinstance(value, MiniModule) and id(value) not in seen:
                seen.add(id(value))
                yield value

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        seen: set[int] = set()
        for name, parameter in self._walk():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter

    def state_dict(self) -> dict[str, Tensor]:
        return {name: parameter.detach() for name, parameter in self._walk()}

    def train(self, mode: bool = True) -> "MiniModule":
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> "MiniModule":
        return self.train(False)
