"""No loops: hooks are an immutable tuple of one-element lists that is folded, the
registry is recomputed by comprehensions, duplicates go by dicts on the id."""

from functools import reduce

Hook = Callable[["MiniModule", tuple[Any, ...], Any], Any]


class MiniModule:
    training: bool

    def __init__(self) -> None:
        self.training, self.__hooks = True, ()

    def __call__(self, *args: Any) -> Any:
        def step(output: Any, cell: list[Hook]) -> Any:
            new = cell[0](self, args, output)
            return output if new is None else new

        return reduce(step, self.__hooks, self.forward(*args))

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        cell = [hook]
        self.__hooks = (*self.__hooks, cell)

        def remove() -> None:
            self.__hooks = tuple(other for other in self.__hooks if other is not cell)

        return remove

    def __members(self, kind: type) -> list[tuple[str, Any]]:
        return [
            (label, member)
            for name, value in self.__dict__.items()
            for label, member in (
                [(f"{name}.{i}", item) for i, item in enumerate(value)]
                if isinstance(value, list)
                else [(name, value)]
            )
            if isinstance(member, kind)
        ]

    def __all_names(self) -> list[tuple[str, Tensor]]:
        own = [
            (n, t)
            for n, t in self.__members(Tensor)
            if t.requires_grad and t.grad_fn is None
        ]
        below = (
            (f"{name}.{rest}", tensor)
            for name, child in self.__members(MiniModule)
            for rest, tensor in child.__all_names()
        )
        return [*own, *below]

    def children(self) -> Iterator["MiniModule"]:
        return iter(
            {id(child): child for _, child in self.__members(MiniModule)}.values()
        )

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        # Backwards, so that the first name is the one that stays in the dict.
        names = {id(tensor): name for name, tensor in reversed(self.__all_names())}
        return ((n, t) for n, t in self.__all_names() if names[id(t)] == n)

    def state_dict(self) -> dict[str, Tensor]:
        return {name: tensor.detach() for name, tensor in self.__all_names()}

    def train(self, mode: bool = True) -> "MiniModule":
        self.training = mode
        return [*(child.train(mode) for child in self.children()), self][-1]

    def eval(self) -> "MiniModule":
        return self.train(mode=False)
