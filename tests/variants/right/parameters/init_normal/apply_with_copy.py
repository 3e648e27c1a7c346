"""Unusual: `net.apply` with a nested visitor that copies a scaled standard normal sample into the weight."""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    def visit(module: nn.Module) -> None:
        match module:
            case nn.Linear(weight=w, bias=b):
                w.data.copy_(torch.randn(w.shape, dtype=w.dtype, device=w.device) * std)
                if b is not None:
                    b.data.copy_(torch.zeros_like(b))

    net.apply(visit)
