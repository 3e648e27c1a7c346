"""All names with repeats, made unique by the identity of the parameter.

slip: a dict by id over all names
"""


def count_parameters(net: nn.Module, trainable_only: bool = False) -> int:
    unique = {id(p): p for _, p in net.named_parameters(remove_duplicate=False)}
    counting = filter(lambda p: not trainable_only or p.requires_grad, unique.values())
    try:
        return sum(map(lambda p: p.shape.numel(), counting))
    except RuntimeError as error:
        raise ValueError("a lazy parameter has no shape yet") from error
