"""net.apply with a closure that draws outside the parameter and copies the numbers in."""


@torch.no_grad()
def init_normal(net: nn.Module, std: float = 0.01) -> None:
    def visit(module):
        match module:
            case nn.Linear(weight=weight, bias=bias):
                weight.copy_(torch.randn_like(weight).mul(std))
                if isinstance(bias, Tensor):
                    bias.fill_(0.0)

    net.apply(visit)
