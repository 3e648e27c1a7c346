"""Clears gradients only after each step, so those that lie there before the epoch go into its first step: breaks "gradients of other batches, or from before the epoch, do not count"."""


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
        loss = loss_fn(net(inputs), targets)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
    if not losses:
        raise ValueError("the loader is empty")
    return torch.stack(losses).mean().item()
