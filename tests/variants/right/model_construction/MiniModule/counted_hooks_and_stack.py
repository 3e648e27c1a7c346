"""Hooks have numbers from a counter, own parts are split in two dicts, and names are
joined along a path.
"""
from itertools import count


class MiniModule:
    training = True

    def __init__(self) -> None:
        self.training = True
        self.__hooks: dict[int, Hook] = {}
        self.__numbers = count()

    def __call__(self, *args: Any) -> Any:
        output = self.forward(*args)
        for hook in tuple(self.__hooks.values()):
            replaced = hook(self, args, output)
            output = output if replaced is None else replaced
        return output

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        number = next(self.__numbers)
        self.__hooks[number] = hook
        return lambda: None if self.__hooks.pop(number, None) else None

    def __parts(self) -> tuple[dict[str, Tensor], dict[str, "MiniModule"]]:
        parameters: dict[str, Tensor] = {}
        modules: dict[str, MiniModule] = {}
        for attribute, value in self.__dict__.items():
            held = {attribute: value}
            if isinstance(value, list):
                held = {f"{attribute}.{i}": item for i, item in enumerate(value)}
            for name, item in held.items():
                if isinstance(item, MiniModule):
                    modules[name] = item
                elif torch.is_tensor(item) and item.requires_grad and item.is_leaf:
                    parameters[name] = item
        return parameters, modules

    def children(self) -> Iterator["MiniModule"]:
        yield from {id(module): module for module in self.__parts()[1].values()}.values()

    def __paths(self, *front: str) -> Iterator[tuple[str, Tensor]]:
        parameters, modules = self.__parts()
        for name, parameter in parameters.items():
            yield ".".join((*front, name)), parameter
        for name, module in modules.items():
            yield from module.__paths(*front, name)

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        first: dict[int, tuple[str, Tensor]] = {}
        for name, parameter in self.__paths():
            first.setdefault(id(parameter), (name, parameter))
        return iter(first.values())

    def state_dict(self) -> dict[str, Tensor]:
        return dict((name, parameter.detach()) for name, parameter in self.__paths())

    def train(self, mode: bool = True) -> "MiniModule":
        for child in self.children():
            child.train(mode)
        self.training = mode
        return self

    def eval(self) -> "MiniModule":
        return self.train(False)
