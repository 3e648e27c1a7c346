"""A dict by identity over all names; the RuntimeError of a lazy shape becomes a ValueError."""
def count_parameters(net: nn.Module, trainable_only: bool = False) -> int:
    unique = {id(p): p for _, p in net.named_parameters(remove_duplicate=False)}
    counting = filter(lambda p: not trainable_only or p.requires_grad, unique.values())
    try:
        return sum(map(lambda p: p.shape.numel(), counting))
    except RuntimeError as error:
        raise ValueError("a lazy parameter has no shape yet") from error
