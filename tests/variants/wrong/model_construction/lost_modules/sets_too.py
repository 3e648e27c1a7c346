"""Searches sets, too: breaks "in a list, tuple or dict".

says: no other containers
"""
def lost_modules(net: nn.Module) -> set[str]:
    """Return the paths of the modules that plain containers hide from `nn.Module`.

    A module is lost if it sits in a list, tuple or dict, at any depth, that is an
    attribute of a module, and `net.modules()` does not reach it. Its path is the name
    of the module that has the attribute (nothing for `net` itself), the attribute, and
    the index or key on each level, joined by dots: `blocks.0`, `encoder.table.key.1`.
    A module that is an attribute itself, without a container, is not lost.

    Searched are all of `net.modules()`, and lost modules too, with their registered
    submodules. What is found there has a path that begins with that of the lost module:
    `blocks.0.inner.table.key`. Registered submodules of a lost module sit in no
    container, and are not listed: they come back with it.

    A module that sits in several places is listed once, under one of its paths.
    Containers and modules may refer to each other in circles. `net` stays as it is.

    Example:
        >>> net = nn.Module()
        >>> net.head = nn.Linear(2, 1)
        >>> net.blocks = [nn.Linear(2, 2), {"a": nn.Tanh()}, net.head]
        >>> sorted(lost_modules(net))
        ['blocks.0', 'blocks.1.a']
    """
    own = vars(nn.Module())
    met = {id(module) for module in net.modules()}
    lost = set()

    def search_module(module: nn.Module, path: str) -> None:
        for name, submodule in module.named_modules(prefix=path):
            for attribute, value in vars(submodule).items():
                if attribute not in own and not isinstance(value, nn.Module):
                    search(value, f"{name}.{attribute}" if name else attribute)

    def search(value: Any, path: str) -> None:
        if not isinstance(value, (nn.Module, list, tuple, dict, frozenset)) or id(value) in met:
            return
        met.add(id(value))
        if isinstance(value, nn.Module):
            lost.add(path)
            search_module(value, path)
            return
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            search(item, f"{path}.{key}")

    search_module(net, "")
    return lost
