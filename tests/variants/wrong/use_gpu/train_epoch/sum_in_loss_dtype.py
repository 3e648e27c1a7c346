"""Sums up the losses in their own dtype: 300 bfloat16 losses of 1 sum up to 256, float16 sums overflow ("return the mean loss").

says: a sum in bfloat16 loses
"""

def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    net.train()
    total, batches = None, 0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad()
        loss = loss_fn(net(inputs), targets)
        loss.backward()
        optimizer.step()
        loss = loss.detach()
        total = loss if total is None else total + loss
        batches += 1
    if not batches:
        raise ValueError("the loader is empty")
    return total.item() / batches
