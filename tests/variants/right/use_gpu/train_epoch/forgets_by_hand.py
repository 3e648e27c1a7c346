"""Sets gradients to None itself, and gives the network its mode back."""
import itertools


def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    target = torch.device(device)
    before = net.training

    def step(pair):
        x, y = (t.to(target, non_blocking=True) for t in pair)
        for p in itertools.chain(
            net.parameters(), *(g["params"] for g in optimizer.param_groups)
        ):
            p.grad = None
        loss = loss_fn(net(x), y)
        torch.autograd.backward(loss)
        optimizer.step()
        return loss.detach()

    net.train(True)
    try:
        total, count = 0.0, 0
        for loss in map(step, loader):
            total, count = total + loss.double(), count + 1
    finally:
        net.train(before)
    if count == 0:
        raise ValueError("nothing to train on")
    return float(total) / count
