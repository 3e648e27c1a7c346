"""Starts from the number 0.0, so that the sum has the losses' dtype and bfloat16 swallows them ("whatever the losses' dtype, they
are added up in float32 or better")."""


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
        optimizer.zero_grad()
        loss = loss_fn(net(inputs.to(device)), targets.to(device))
        loss.backward()
        optimizer.step()
        total = total + loss.detach()
        count += 1
    if not count:
        raise ValueError("the loader is empty")
    return float(total) / count
