"""Finds the BatchNorm layers through their parameters, so one with affine=False goes on
updating its statistics ("A BatchNorm layer ... keeps its running statistics").

says: without weight and bias
"""

class _Eval:
    def __init__(self, bn: nn.Module):
        self.bn = bn

    def __call__(self, mode: bool = True) -> nn.Module:
        return self.bn


def freeze(net: nn.Module, prefix: str) -> list[str]:
    def inside(name: str) -> bool:
        return not prefix or name == prefix or name.startswith(prefix + ".")

    frozen = set()
    for name, p in net.named_parameters(remove_duplicate=False):
        if inside(name):
            frozen.add(p)
            p.requires_grad_(False)
            p.grad = None
            owner_name = name.rpartition(".")[0]
            owner = net.get_submodule(owner_name)
            if isinstance(owner, _BatchNorm) and inside(owner_name):
                owner.eval()
                owner.train = _Eval(owner)
    return [name for name, p in net.named_parameters() if p in frozen and inside(name)]
