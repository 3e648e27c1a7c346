"""Unusual: one generator walks over (name, thing) pairs and everything else is derived from it; the flag is a property, hooks are an immutable tuple of one-element cells."""

Hook = Callable[["MiniModule", tuple[Any, ...], Any], Any]


class MiniModule:
    def __init__(self) -> None:
        self.__mode = True
        self.__cells: tuple[dict[str, Hook], ...] = ()

    @property
    def training(self) -> bool:
        return self.__mode

    @training.setter
    def training(self, mode: bool) -> None:
        self.__mode = mode

    def __call__(self, *args: Any) -> Any:
        result = self.forward(*args)
        for cell in self.__cells:
            new = cell["hook"](self, args, result)
            result = result if new is None else new
        return result

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        cell = {"hook": hook}
        self.__cells += (cell,)

        def remove() -> None:
            self.__cells = tuple(c for c in self.__cells if c is not cell)

        return remove

    def __direct(self, kind: type) -> Iterator[tuple[str, Any]]:
        for name, value in self.__dict__.items():
            pairs = (
                [(f"{name}.{i}", v) for i, v in enumerate(value)]
                if isinstance(value, list)
                else [(name, value)]
            )
            yield from ((n, v) for n, v in pairs if isinstance(v, kind))

    def __walk(self, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
        for name, tensor in self.__direct(Tensor):
            if tensor.requires_grad and tensor.grad_fn is None:
                yield prefix + name, tensor
        for name, child in self.__direct(MiniModule):
            yield from child.__walk(f"{prefix}{name}.")

    def children(self) -> Iterator["MiniModule"]:
        yield from {id(child): child for _, child in self.__direct(MiniModule)}.values()

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        first: dict[int, tuple[str, Tensor]] = {}
        for name, tensor in self.__walk():
            first.setdefault(id(tensor), (name, tensor))
        return iter(first.values())

    def state_dict(self) -> dict[str, Tensor]:
        return {name: tensor.detach() for name, tensor in self.__walk()}

    def train(self, mode: bool = True) -> "MiniModule":
        stack: list[MiniModule] = [self]
        while stack:
            module = stack.pop()
            module.training = mode
            stack.extend(module.children())
        return self

    def eval(self) -> "MiniModule":
        return self.train(False)
