"""Removes a hook with list.remove, which takes the first equal one, not this one
("return a function that removes this one again").

says: not the first hook that is equal
"""

class MiniModule:
    training: bool

    def __init__(self) -> None:
        self.training = True
        self._hooks = {"forward": []}

    def __call__(self, *args: Any) -> Any:
        output = self.forward(*args)
        for hook in tuple(self._hooks["forward"]):
            result = hook(self, args, output)
            if result is not None:
                output = result
        return output

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        hooks = self._hooks["forward"]
        hooks.append(hook)

        def remove() -> None:
            if hook in hooks:
                hooks.remove(hook)

        return remove

    def _entries(self) -> Iterator[tuple[str, Any]]:
        for name, value in list(vars(self).items()):
            if isinstance(value, list):
                for i, item in enumerate(value):
                    yield f"{name}.{i}", item
            else:
                yield name, value

    def _own(self) -> Iterator[tuple[str, Tensor]]:
        for name, value in self._entries():
            if isinstance(value, Tensor) and value.is_leaf and value.requires_grad:
                yield name, value

    def _all(self) -> Iterator[tuple[str, Tensor]]:
        yield from self._own()
        for name, value in self._entries():
            if isinstance(value, MiniModule):
                for below, p in value._all():
                    yield f"{name}.{below}", p

    def children(self) -> Iterator["MiniModule"]:
        seen = set()
        for _, value in self._entries():
            if isinstance(value, MiniModule) and id(value) not in seen:
                seen.add(id(value))
                yield value

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        seen = set()
        for name, p in self._all():
            if id(p) not in seen:
                seen.add(id(p))
                yield name, p

    def state_dict(self) -> dict[str, Tensor]:
        return {name: p.detach() for name, p in self._all()}

    def train(self, mode: bool = True) -> "MiniModule":
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> "MiniModule":
        return self.train(False)
