"""A repeat is deep-copied, so that its weights drift apart: breaks "A module that is
listed n times runs n times".

says: a copy is another one
"""
import copy


class MySequential(nn.Module):
    def __init__(self, *modules: nn.Module):
        super().__init__()
        seen: set[nn.Module] = set()
        for i, module in enumerate(modules):
            self.add_module(str(i), copy.deepcopy(module) if module in seen else module)
            seen.add(module)

    def forward(self, x: Tensor) -> Tensor:
        for module in self._modules.values():
            x = module(x)
        return x
