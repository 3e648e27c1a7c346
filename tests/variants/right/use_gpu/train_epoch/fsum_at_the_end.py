"""A generator makes the steps and yields the detached losses, which come to the host in
one tensor and are added exactly by math.fsum."""

import math


def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    def steps() -> Iterator[Tensor]:
        for pair in loader:
            inputs, targets = (t.to(device) for t in pair)
            optimizer.zero_grad(set_to_none=True)
            loss = loss_fn(net(inputs), targets)
            loss.backward()
            optimizer.step()
            yield loss.detach().clone()

    net.train(True)
    losses = list(steps())
    if not losses:
        raise ValueError("no batches")
    values = torch.stack(losses).tolist()
    return math.fsum(values) / len(values)
