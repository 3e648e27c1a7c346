"""Keeps the hooks in a list that is searched like any other, where a module that is a
hook becomes a child: breaks "everything else is private".

says: a hook is no child
"""
class MiniModule:
    training: bool

    def __init__(self) -> None:
        self.training = True
        self._hooks: list[Hook] = []
        self._hook_keys: list[object] = []

    def __call__(self, *args: Any) -> Any:
        output = self.forward(*args)
        for hook in list(self._hooks):
            result = hook(self, args, output)
            if result is not None:
                output = result
        return output

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        key = object()
        self._hooks.append(hook)
        self._hook_keys.append(key)

        def remove() -> None:
            if key in self._hook_keys:
                index = self._hook_keys.index(key)
                del self._hooks[index], self._hook_keys[index]

        return remove

    def _entries(self) -> Iterator[tuple[str, Any]]:
        for name, value in vars(self).items():
            if isinstance(value, list):
                for index, item in enumerate(value):
                    yield f"{name}.{index}", item
            else:
                yield name, value

    def _all_parameters(self, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
        entries = list(self._entries())
        for name, value in entries:
            if isinstance(value, Tensor) and value.is_leaf and value.requires_grad:
                yield prefix + name, value
        for name, value in entries:
            if isinstance(value, MiniModule):
                yield from value._all_parameters(f"{prefix}{name}.")

    def children(self) -> Iterator["MiniModule"]:
        seen: set[int] = set()
        for _, value in self._entries():
            if isinstance(value, MiniModule) and id(value) not in seen:
                seen.add(id(value))
                yield value

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        seen: set[int] = set()
        for name, parameter in self._all_parameters():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter

    def state_dict(self) -> dict[str, Tensor]:
        return {name: parameter.detach() for name, parameter in self._all_parameters()}

    def train(self, mode: bool = True) -> "MiniModule":
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> "MiniModule":
        return self.train(False)
