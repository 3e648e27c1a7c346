"""Yields the parameters that are attributes before those in lists, whichever was
assigned first: breaks "both in the order of assignment".

says: in the order of assignment, those in lists too
"""

Hook = Callable[["MiniModule", tuple[Any, ...], Any], Any]


class MiniModule:
    training: bool

    def __init__(self) -> None:
        self.training = True
        self.__hooks: dict[object, Hook] = {}

    def __call__(self, *args: Any) -> Any:
        output = self.forward(*args)
        for hook in list(self.__hooks.values()):
            result = hook(self, args, output)
            if result is not None:
                output = result
        return output

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        key = object()
        self.__hooks[key] = hook

        def remove() -> None:
            self.__hooks.pop(key, None)

        return remove

    def __entries(self) -> Iterator[tuple[str, Any]]:
        for name, value in vars(self).items():
            if isinstance(value, list):
                for i, item in enumerate(value):
                    yield f"{name}.{i}", item
            else:
                yield name, value

    def __names(self, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
        entries = list(self.__entries())
        for name, value in sorted(entries, key=lambda entry: "." in entry[0]):
            if isinstance(value, Tensor) and value.is_leaf and value.requires_grad:
                yield prefix + name, value
        for name, value in entries:
            if isinstance(value, MiniModule):
                yield from value.__names(f"{prefix}{name}.")

    def children(self) -> Iterator["MiniModule"]:
        seen: set[int] = set()
        for _, value in self.__entries():
            if isinstance(value, MiniModule) and id(value) not in seen:
                seen.add(id(value))
                yield value

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        seen: set[int] = set()
        for name, parameter in self.__names():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter

    def state_dict(self) -> dict[str, Tensor]:
        return {name: parameter.detach() for name, parameter in self.__names()}

    def train(self, mode: bool = True) -> "MiniModule":
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> "MiniModule":
        return self.train(False)
