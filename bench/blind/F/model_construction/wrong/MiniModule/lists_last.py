"""Yields a module's direct parameters before those in its lists, whatever was assigned first ("a module's own first ... in the order of assignment")."""

class MiniModule:
    training: bool

    def __init__(self) -> None:
        self.training = True
        self._hooks: dict[object, Hook] = {}

    def __call__(self, *args: Any) -> Any:
        output = self.forward(*args)
        for hook in tuple(self._hooks.values()):
            result = hook(self, args, output)
            if result is not None:
                output = result
        return output

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        key = object()
        self._hooks[key] = hook
        return lambda: self._hooks.pop(key, None) and None

    def _entries(self) -> Iterator[tuple[str, Any]]:
        for name, value in list(vars(self).items()):
            if isinstance(value, list):
                for i, item in enumerate(value):
                    yield f"{name}.{i}", item
            else:
                yield name, value

    def _all(self) -> Iterator[tuple[str, Tensor]]:
        def wanted(value: Any) -> bool:
            return isinstance(value, Tensor) and value.is_leaf and value.requires_grad

        for name, value in list(vars(self).items()):
            if wanted(value):
                yield name, value
        for name, value in list(vars(self).items()):
            if isinstance(value, list):
                for i, item in enumerate(value):
                    if wanted(item):
                        yield f"{name}.{i}", item
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
