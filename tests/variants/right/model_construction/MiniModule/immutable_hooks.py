"""The hooks are an immutable tuple that is replaced at each change, and one flattened
list serves all questions.
"""
class MiniModule:
    training: bool

    def __init__(self) -> None:
        self.training = True
        self._seers: tuple[tuple[Hook], ...] = ()

    def __call__(self, *args: Any) -> Any:
        result = self.forward(*args)
        for cell in self._seers:
            answer = cell[0](self, args, result)
            if answer is not None:
                result = answer
        return result

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        class Cell(tuple):
            pass

        cell = Cell((hook,))
        self._seers = (*self._seers, cell)

        def remove() -> None:
            self._seers = tuple(other for other in self._seers if other is not cell)

        return remove

    def children(self) -> Iterator["MiniModule"]:
        met: list[MiniModule] = []
        for _, part in _flat(self):
            if isinstance(part, MiniModule) and not any(part is other for other in met):
                met.append(part)
                yield part

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        met: set[int] = set()
        for name, tensor in _all(self, ""):
            if id(tensor) not in met:
                yield name, tensor
            met.add(id(tensor))

    def state_dict(self) -> dict[str, Tensor]:
        state = {}
        for name, tensor in _all(self, ""):
            state[name] = tensor.detach()
        return state

    def train(self, mode: bool = True) -> "MiniModule":
        work = [self]
        while work:
            module = work.pop()
            module.training = mode
            work.extend(module.children())
        return self

    def eval(self) -> "MiniModule":
        self.train(mode=False)
        return self


def _flat(module: MiniModule) -> list[tuple[str, Any]]:
    flat = []
    for name, value in vars(module).items():
        if isinstance(value, list):
            flat.extend((f"{name}.{i}", item) for i, item in enumerate(value))
        else:
            flat.append((name, value))
    return flat


def _all(module: MiniModule, prefix: str) -> Iterator[tuple[str, Tensor]]:
    flat = _flat(module)
    yield from (
        (prefix + name, part)
        for name, part in flat
        if isinstance(part, Tensor) and part.requires_grad and part.is_leaf
    )
    for name, part in flat:
        if isinstance(part, MiniModule):
            yield from _all(part, f"{prefix}{name}.")
