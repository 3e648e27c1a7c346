"""A forward pre-hook puts each frozen BatchNorm layer into eval mode; paths are
tuples of parts.
"""


def _before_forward(module: nn.Module, args: Any) -> None:
    module.training = False


def freeze(net: nn.Module, prefix: str) -> list[str]:
    head = tuple(prefix.split(".")) if prefix else ()

    def below(item: tuple[str, Any]) -> bool:
        return tuple(item[0].split("."))[: len(head)] == head

    frozen = dict(filter(below, net.named_parameters(remove_duplicate=False)))
    for p in frozen.values():
        p.grad = None
        p.requires_grad = False
    layers = dict(filter(below, net.named_modules(remove_duplicate=False)))
    for layer in set(layers.values()):
        if isinstance(layer, _BatchNorm):
            layer.register_forward_pre_hook(_before_forward)
    return list(frozen)
