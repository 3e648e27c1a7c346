"""net.zero_grad() is called, so gradients of the optimizer's other parameters, such as those of the loss, add up over the batches ("gradients of other batches … do not count").

says: clears all that the optimizer steps
"""
def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    net.train()
    losses = []
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        net.zero_grad()
        loss = loss_fn(net(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    if not losses:
        raise ValueError("loader is empty")
    return torch.stack(losses).mean().item()
