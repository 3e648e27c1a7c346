"""Loops over the live list of hooks, so one that removes itself makes the next be
skipped: breaks "seen by each hook in the order of registration".

says: go through a copy
"""
class MiniModule:
    training: bool

    def __init__(self) -> None:
        self.training = True
        self._hooks: list[tuple[object, Hook]] = []

    def __call__(self, *args: Any) -> Any:
        output = self.forward(*args)
        for _, hook in self._hooks:
            result = hook(self, args, output)
            if result is not None:
                output = result
        return output

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        entry = (object(), hook)
        self._hooks.append(entry)

        def remove() -> None:
            if entry in self._hooks:
                self._hooks.remove(entry)

        return remove

    def _entries(self) -> Iterator[tuple[str, Any]]:
        for name, value in vars(self).items():
            if isinstance(value, list):
                for i, item in enumerate(value):
                    yield f"{name}.{i}", item
            else:
                yield name, value

    def children(self) -> Iterator["MiniModule"]:
        seen = set()
        for _, value in self._entries():
            if isinstance(value, MiniModule) and id(value) not in seen:
                seen.add(id(value))
                yield value

    def _every_name(self) -> Iterator[tuple[str, Tensor]]:
        for name, value in self._entries():
            if isinstance(value, Tensor) and value.is_leaf and value.requires_grad:
                yield name, value
        for name, value in self._entries():
            if isinstance(value, MiniModule):
                for inner, parameter in value._every_name():
                    yield f"{name}.{inner}", parameter

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        seen = set()
        for name, parameter in self._every_name():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter

    def state_dict(self) -> dict[str, Tensor]:
        return {name: parameter.detach() for name, parameter in self._every_name()}

    def train(self, mode: bool = True) -> "MiniModule":
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> "MiniModule":
        return self.train(False)
