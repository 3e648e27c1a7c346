"""The hooks live in a slot, so vars() is the registry alone; the walk is iterative, with an explicit stack."""

class _Entry:
    """One registration; two of the same hook are two entries."""

    def __init__(self, hook: Callable[..., Any]):
        self.hook = hook


class MiniModule:
    __slots__ = ("__dict__", "__weakref__", "_chain")

    training: bool

    def __init__(self) -> None:
        self._chain: tuple[_Entry, ...] = ()
        self.training = True

    def __call__(self, *args: Any) -> Any:
        output = self.forward(*args)
        for entry in self._chain:
            replaced = entry.hook(self, args, output)
            output = output if replaced is None else replaced
        return output

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        mine = _Entry(hook)
        self._chain += (mine,)

        def remove() -> None:
            self._chain = tuple(entry for entry in self._chain if entry is not mine)

        return remove

    def _members(self, kind: type) -> list[tuple[str, Any]]:
        flat: list[tuple[str, Any]] = []
        for name, value in self.__dict__.items():
            if isinstance(value, list):
                flat.extend((f"{name}.{i}", item) for i, item in enumerate(value))
            else:
                flat.append((name, value))
        return [(name, value) for name, value in flat if isinstance(value, kind)]

    def children(self) -> Iterator["MiniModule"]:
        yield from {id(child): child for _, child in self._members(MiniModule)}.values()

    def _names(self) -> Iterator[tuple[str, Tensor]]:
        stack: list[tuple[str, MiniModule]] = [("", self)]
        while stack:
            prefix, module = stack.pop()
            for name, tensor in module._members(Tensor):
                if tensor.requires_grad and tensor.grad_fn is None:
                    yield prefix + name, tensor
            below = module._members(MiniModule)
            stack.extend((f"{prefix}{name}.", child) for name, child in reversed(below))

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        first: dict[int, tuple[str, Tensor]] = {}
        for name, tensor in self._names():
            first.setdefault(id(tensor), (name, tensor))
        yield from first.values()

    def state_dict(self) -> dict[str, Tensor]:
        return {name: tensor.detach() for name, tensor in self._names()}

    def train(self, mode: bool = True) -> "MiniModule":
        pending: list[MiniModule] = [self]
        while pending:
            module = pending.pop()
            module.training = mode
            pending.extend(module.children())
        return self

    def eval(self) -> "MiniModule":
        return self.train(False)
