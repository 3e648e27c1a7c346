"""Takes a parameter for shared when an earlier one has the same values, so two new LayerNorms
count once, against "equal values alone do not make parameters one".

slip: parameters with equal values counted once
"""


def count_parameters(net: nn.Module, trainable_only: bool = False) -> int:
    known: list[Tensor] = []
    for p in net.parameters():
        if p.requires_grad or not trainable_only:
            if nn.parameter.is_lazy(p):
                raise ValueError("a parameter has no shape yet")
            if not any(torch.equal(p, q) for q in known):
                known.append(p)
    return sum(p.numel() for p in known)
