"""One iterative walk with an explicit stack serves names, state dict and train; hooks
are cells that are emptied, not removed by key."""

class _Cell:
    def __init__(self, hook: Any):
        self.hook = hook

    def __call__(self) -> None:
        self.hook = None


class MiniModule:
    training: bool = True

    def __init__(self) -> None:
        self.training = True
        self.__cells: tuple[_Cell, ...] = ()

    def __call__(self, *args: Any) -> Any:
        value = self.forward(*args)
        for cell in self.__cells:
            if cell.hook is not None:
                new = cell.hook(self, args, value)
                value = value if new is None else new
        return value

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        cell = _Cell(hook)
        self.__cells = (*(c for c in self.__cells if c.hook is not None), cell)
        return cell

    def __items(self) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        for name, value in self.__dict__.items():
            if isinstance(value, list):
                found.extend((f"{name}.{i}", item) for i, item in enumerate(value))
            else:
                found.append((name, value))
        return found

    def __walk(self) -> Iterator[tuple[str, "MiniModule"]]:
        stack = [("", self)]
        while stack:
            prefix, module = stack.pop()
            yield prefix, module
            below = [
                (f"{prefix}{name}.", child)
                for name, child in module.__items()
                if isinstance(child, MiniModule)
            ]
            stack.extend(reversed(below))

    def __names(self) -> Iterator[tuple[str, Tensor]]:
        for prefix, module in self.__walk():
            for name, value in module.__items():
                if isinstance(value, Tensor) and value.is_leaf and value.requires_grad:
                    yield prefix + name, value

    def children(self) -> Iterator["MiniModule"]:
        below = (v for _, v in self.__items() if isinstance(v, MiniModule))
        yield from {id(child): child for child in below}.values()

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        first: dict[int, tuple[str, Tensor]] = {}
        for name, tensor in self.__names():
            first.setdefault(id(tensor), (name, tensor))
        yield from first.values()

    def state_dict(self) -> dict[str, Tensor]:
        return {name: tensor.detach() for name, tensor in self.__names()}

    def train(self, mode: bool = True) -> "MiniModule":
        for _, module in list(self.__walk()):
            module.training = mode
        return self

    def eval(self) -> "MiniModule":
        return self.train(False)
