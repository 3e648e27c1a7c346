"""The running sum has the default dtype, which may be a half one ("whatever the losses'
dtype, they are added up in float32 or better").

says: where bfloat16 is the default dtype
"""

def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    net.train()
    total = torch.zeros((), device=device)
    batches = 0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad()
        loss = loss_fn(net(inputs), targets)
        loss.backward()
        optimizer.step()
        total += loss.detach()
        batches += 1
    if batches == 0:
        raise ValueError("the loader is empty")
    return total.item() / batches
