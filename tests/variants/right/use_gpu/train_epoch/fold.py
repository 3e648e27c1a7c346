"""functools.reduce over the loader: a state of count and sum, cleared by hand."""

from functools import reduce
from operator import truediv


def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    @torch.enable_grad()
    def closure(inputs, targets):
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad = None
        loss = loss_fn(net(inputs), targets)
        loss.backward()
        return loss.detach()

    def step(state, pair):
        total, count = state
        inputs, targets = (t.to(device) for t in pair)
        loss = closure(inputs, targets)
        optimizer.step()
        return loss.float() if total is None else total + loss, count + 1

    net.train(True)
    total, count = reduce(step, loader, (None, 0))
    if total is None:
        raise ValueError("no batches, no mean")
    return truediv(total.item(), count)
