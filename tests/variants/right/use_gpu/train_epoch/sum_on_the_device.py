"""Gradients by torch.autograd.grad, the sum of the losses kept on the device."""
def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    def learn(pair: tuple[Tensor, Tensor]) -> Tensor:
        inputs, targets = (t.to(device, non_blocking=True) for t in pair)
        loss = loss_fn(net(inputs), targets)
        trained = [
            p for g in optimizer.param_groups for p in g["params"] if p.requires_grad
        ]
        grads = torch.autograd.grad(loss, trained, allow_unused=True)
        for p, grad in zip(trained, grads):
            p.grad = grad
        optimizer.step()
        return loss.detach()

    net.train(True)
    count, total = 0, None
    for count, value in enumerate(map(learn, loader), start=1):
        total = value.float() if total is None else total + value
    if total is None:
        raise ValueError("no batch")
    return (total / count).item()
