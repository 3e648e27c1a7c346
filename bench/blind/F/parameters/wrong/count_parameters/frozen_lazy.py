"""Raises for a lazy parameter before it asks whether that counts, so a frozen lazy layer raises with trainable_only=True ("ValueError: a parameter that counts has no shape yet")."""

def count_parameters(net: nn.Module, trainable_only: bool = False) -> int:
    total = 0
    for name, p in net.named_parameters():
        if isinstance(p, nn.UninitializedParameter):
            raise ValueError(f"{name} has no shape yet")
        if trainable_only and not p.requires_grad:
            continue
        total += p.numel()
    return total
