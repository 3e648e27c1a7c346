"""The mean is weighted by the batch sizes ("The mean is over the batches, whatever their sizes").

slip: mean over rows, not batches
"""

def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    net.train()
    losses, rows = [], 0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad()
        loss = loss_fn(net(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach() * len(inputs))
        rows += len(inputs)
    if not losses:
        raise ValueError("loader is empty")
    return torch.stack(losses).sum().item() / rows
