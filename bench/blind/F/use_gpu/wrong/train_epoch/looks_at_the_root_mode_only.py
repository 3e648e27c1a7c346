"""Switches to training mode only if the network itself is not in it, so that a layer left in eval mode stays there ("`net` runs in
training mode")."""


def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    if not net.training:
        net.train()
    total = torch.zeros((), dtype=torch.float32, device=device)
    count = 0
    for inputs, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(net(inputs.to(device)), targets.to(device))
        loss.backward()
        optimizer.step()
        total += loss.detach()
        count += 1
    if not count:
        raise ValueError("the loader is empty")
    return total.item() / count
