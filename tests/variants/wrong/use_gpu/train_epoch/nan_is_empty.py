"""Takes a mean of NaN as the sign of an empty loader, so a diverged epoch raises ("ValueError: loader is empty"; else "return the mean loss").

says: NaN is a mean
"""

import math


def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    net.train()
    total, batches = torch.zeros((), device=device), 0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad()
        loss = loss_fn(net(inputs), targets)
        loss.backward()
        optimizer.step()
        total = total + loss.detach()
        batches += 1
    mean = (total / batches).item()
    if math.isnan(mean):  # 0 / 0
        raise ValueError("the loader is empty")
    return mean
