"""A running total on the device, set_to_none, gradients cleared at the start of each step."""
def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train(True)
    total, n = torch.zeros((), device=device), 0
    for x, y in loader:
        x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        optimizer.zero_grad(set_to_none=False)
        y_hat = net(x)
        loss = loss_fn(y_hat, y)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            total += loss
        n += 1
    if n == 0:
        raise ValueError("empty")
    return float(total) / n
