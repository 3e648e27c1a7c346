"""Divides by len(loader).

says: a generator has no len
"""
def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train()
    n = len(loader)
    if n == 0:
        raise ValueError
    total = 0
    for x, y in loader:
        loss = loss_fn(net(x.to(device)), y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total = total + loss.detach()
    return (total / n).item()
