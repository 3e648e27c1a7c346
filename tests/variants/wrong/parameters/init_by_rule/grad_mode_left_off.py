"""Switches the gradient mode by hand and back only at the end, so an init that raises leaves
gradients off for the whole program, against decency: global state is as it was.

says: gives the mode of gradients back
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    names = [name for name, _ in net.named_parameters()]
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise ValueError(f"pattern {pattern!r} matches no parameter")
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    for name, p in net.named_parameters():
        for pattern, init in rules:
            if fnmatchcase(name, pattern):
                init(p)
                break
    torch.set_grad_enabled(before)
