"""A total of zero is taken for an empty loader ("ValueError: `loader` is empty").

says: losses of zero are losses, too
"""
def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    net.train()
    total, count = 0.0, 0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad()
        loss = loss_fn(net(inputs), targets)
        loss.backward()
        optimizer.step()
        total = total + loss.detach()
        count += 1
    total = float(total)
    if not total:
        raise ValueError("loader is empty")
    return total / count
