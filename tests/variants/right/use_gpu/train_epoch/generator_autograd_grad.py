"""A generator of losses; gradients by torch.autograd.grad, assigned to the parameters instead of zero_grad and backward."""

def _steps(net, loader, loss_fn, optimizer, device):
    for inputs, targets in loader:
        everything = [p for group in optimizer.param_groups for p in group["params"]]
        for p in everything:
            p.grad = None
        wanted = [p for p in everything if p.requires_grad]
        loss = loss_fn(net(inputs.to(device)), targets.to(device))
        gradients = torch.autograd.grad(loss, wanted, allow_unused=True)
        for p, g in zip(wanted, gradients, strict=True):
            p.grad = None if g is None else g.clone()
        optimizer.step()
        yield loss.detach().clone()


def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    net.train(True)
    seen = list(_steps(net, loader, loss_fn, optimizer, device))
    if seen:
        return torch.stack(seen).double().mean().tolist()
    raise ValueError("nothing to train on")
