"""Keeps the input of a call as an attribute: breaks "everything else is private".

says: after a call
"""
class MiniModule:
    """The heart of `nn.Module` in plain Python, without `torch.nn`.

    A subclass calls `super().__init__()` first, without arguments, and defines
    `forward`. Its attributes are the registry:

    - a leaf tensor that requires a gradient is a parameter;
    - a `MiniModule` is a child;
    - the parameters and children in a list `blocks` count too, as `blocks.0` and so on:
      those that it holds at the moment of the question;
    - everything else is private to the subclass.

    `training` is True at first. No two modules share hooks. No child leads back to its
    parent.

    Example:
        >>> class Scale(MiniModule):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = torch.ones(1, requires_grad=True)
        ...
        ...     def forward(self, x):
        ...         return self.factor * x
        >>> class Twice(MiniModule):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.steps = [Scale(), Scale()]
        >>> [name for name, _ in Twice().named_parameters()]
        ['steps.0.factor', 'steps.1.factor']
    """

    training: bool

    def __init__(self) -> None:
        self.training = True
        self._hooks: dict[object, Hook] = {}

    def __call__(self, *args: Any) -> Any:
        """Return `forward(*args)`, seen by each hook in the order of registration.

        A hook is called as `hook(module, args, output)`, `args` being a tuple. If it
        returns something else than None, that replaces the output, for the hooks behind
        it and for the caller.
        """
        self._input = args[0] if args else None
        output = self.forward(*args)
        for hook in list(self._hooks.values()):
            replacement = hook(self, args, output)
            if replacement is not None:
                output = replacement
        return output

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        """Add a hook to this module; return a function that removes this one again."""
        key = object()
        self._hooks[key] = hook

        def remove() -> None:
            del self._hooks[key]

        return remove

    def children(self) -> Iterator["MiniModule"]:
        """Yield the direct children in the order of assignment, each once."""
        children = {id(child): child for _, child in self._entries(MiniModule)}
        yield from children.values()

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """Yield (dotted name, parameter): a module's own first, then its children's.

        Both in the order of assignment. The tensors are the parameters themselves. One
        that has several names comes once, under the first.
        """
        met = set()
        for name, parameter in self._all_parameters():
            if id(parameter) not in met:
                met.add(id(parameter))
                yield name, parameter

    def state_dict(self) -> dict[str, Tensor]:
        """Return every name of every parameter with the parameter, detached.

        The order is that of `named_parameters`; a parameter with several names comes
        under each. The tensors share the parameters' memory.
        """
        return {name: p.detach() for name, p in self._all_parameters()}

    def train(self, mode: bool = True) -> "MiniModule":
        """Set `training` to `mode` here and in everything below; return the module."""
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> "MiniModule":
        """Do what `train(False)` does."""
        return self.train(False)

    def _entries(self, kind: type) -> Iterator[tuple[str, Any]]:
        """Yield names and values of one kind among attributes and lists' entries."""
        for name, value in vars(self).items():
            entries = [(name, value)]
            if isinstance(value, list):
                entries = [(f"{name}.{i}", entry) for i, entry in enumerate(value)]
            yield from (entry for entry in entries if isinstance(entry[1], kind))

    def _all_parameters(self) -> Iterator[tuple[str, Tensor]]:
        for name, tensor in self._entries(Tensor):
            if tensor.is_leaf and tensor.requires_grad:
                yield name, tensor
        for prefix, child in self._entries(MiniModule):
            for name, tensor in child._all_parameters():
                yield f"{prefix}.{name}", tensor
